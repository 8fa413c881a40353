// Structures and other values of a server at the edges of what may be sent: each is what it means, or null with a reason, and none
// of them harms another. What a structure looks like is asked beside the reading, once, and remembered.

import assert from 'node:assert/strict'
import type { Reader, Reading } from '../../lib/collector/reader'
import { asRecord } from '../../lib/contract/parse'
import {
  type Exhibit,
  exhibitsIn,
  LONG_NAME,
  NOTHING,
  prototypeExhibit,
} from '../../simulators/opcua/exhibits/exhibits'
import type { OpcuaDevice } from '../../simulators/opcua/opcua-device'
import type { ShortTag } from '../nodes/opcua-in/config'
import { closeAll, deviceOf, never, newFolder, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { until } from '../support/until'

const MODES = ['subscribe', 'poll'] as const
const EXHIBITS = exhibitsIn(2).filter(({ name }) => name !== LONG_NAME)
const KNOWN = EXHIBITS.filter(({ means }) => means !== NOTHING)
const PLAIN: ShortTag[] = ['Types.Double', 'Types.String', 'Waves.Counter'].map((name) => [name, `ns=2;s=${name}`])
const PATIENCE_MS = 20_000
/** Of the definitions of all exhibits, when each is asked for once, in batches. */
const QUESTIONS_MAX = 40
const UNKNOWN_TAGS = 50
const CYCLES = 40

function tagOf({ name }: Pick<Exhibit, 'name'>): ShortTag {
  return [name, `ns=2;s=Exhibits.${name}`]
}
function isGoodIn({ values }: Reading, columns: number): boolean {
  return values.slice(0, columns).every((value) => value !== null)
}
/** Of a cycle, as the row tells them. */
function requestsOf(reader: Reader): number {
  return reader.forecast?.()?.requests ?? 0
}
/** Requests that ask what something is, and not for its value. */
function questionsOf(device: OpcuaDevice): number {
  const { Browse = 0, BrowseNext = 0, TranslateBrowsePathsToNodeIds: paths = 0 } = device.census().requests
  return Browse + BrowseNext + paths
}

describe('A structure of an OPC UA server', function () {
  this.timeout(60_000)

  for (const mode of MODES) {
    describe(`(${mode})`, () => {
      let reading: Reading
      let device: OpcuaDevice
      before(async () => {
        device = await deviceOf({ exhibits: true })
        const { reader } = readerOf(device.endpoint, [...EXHIBITS, prototypeExhibit(2)].map(tagOf), { mode })
        await reader.open(never)
        const isSettled = (next: Reading): boolean => {
          reading = next
          return EXHIBITS.every(({ means }, column) => means === NOTHING || next.values[column] !== null)
        }
        // What is missing is told by its own test.
        await readUntil(reader, isSettled, PATIENCE_MS).catch(() => {})
      })
      after(closeAll)

      for (const [column, { name, means }] of EXHIBITS.entries()) {
        if (means === NOTHING) {
          it(`is null with a reason where it means nothing: ${name}`, () => {
            assert.equal(reading.values[column], null)
            assert.match(reading.bad.get(column) ?? '', /\w+ \w+/)
          })
        } else {
          it(`is what it means: ${name}`, () => {
            assert.deepEqual(reading.values[column], means, reading.bad.get(column))
            assert.ok(!reading.bad.has(column))
          })
        }
      }

      it('has fields of names that JavaScript has a meaning for, and changes no other object by them', () => {
        const value = asRecord(reading.values[EXHIBITS.length])
        assert.deepEqual([value?.constructor, value?.toString], [8, 'text'])
        assert.equal(Object.getPrototypeOf({}), Object.prototype)
        assert.ok([Object.prototype, null].includes(Object.getPrototypeOf(value)))
      })

      it('costs one connection, whatever is in it', () => {
        const { connections, sessionsMade } = device.census()
        assert.deepEqual({ connections, sessionsMade }, { connections: 1, sessionsMade: 1 })
      })
    })
  }

  for (const mode of MODES) {
    describe(`among other values (${mode})`, () => {
      afterEach(closeAll)

      it('is asked for alone, in a server of many types and over a slow path', async () => {
        const device = await deviceOf({ exhibits: true, unusedTypes: 200 })
        device.behave({ mood: 'delay', ms: 20 })
        const { reader } = readerOf(device.endpoint, [...PLAIN, ...KNOWN.map(tagOf)], { mode })
        await reader.open(never)
        const first = await readUntil(reader, (reading) => isGoodIn(reading, PLAIN.length))
        assert.ok(isGoodIn(first, PLAIN.length))
        await readUntil(reader, ({ values }) => values.every((value) => value !== null), PATIENCE_MS)
        assert.ok(questionsOf(device) <= QUESTIONS_MAX, `${questionsOf(device)} questions`)
      })

      it('does not keep them waiting while the server does not say what it looks like', async () => {
        const device = await deviceOf({ exhibits: true })
        device.treat('Definition', { ignore: true })
        device.treat('Browse', { ignore: true })
        const { reader } = readerOf(device.endpoint, [...PLAIN, ['it', 'ns=2;s=Exhibits.Nested']], {
          mode,
          timeout: 500,
        })
        await reader.open(never)
        const counts = await differentCounts(reader, CYCLES)
        assert.ok(counts.isAlwaysGood, JSON.stringify(counts))
        assert.equal(device.census().connections, 1)
        device.treat('Definition', undefined)
        device.treat('Browse', undefined)
        assert.match((await reader.read(never)).bad.get(PLAIN.length) ?? '', /structure/)
      })

      it('is only confirmed by the next connection, all types in one go', async () => {
        const device = await deviceOf({ exhibits: true })
        const folder = newFolder()
        const tags = [...PLAIN, ...KNOWN.map(tagOf)]
        const isWhole = ({ values }: Reading): boolean => values.every((value) => value !== null)
        const one = readerOf(device.endpoint, tags, { mode }, folder)
        await one.reader.open(never)
        await readUntil(one.reader, isWhole, PATIENCE_MS)
        await one.reader.close()
        const before = questionsOf(device)
        const other = readerOf(device.endpoint, tags, { mode }, folder)
        await other.reader.open(never)
        await readUntil(other.reader, isWhole, PATIENCE_MS)
        await settled(device)
        assert.equal(questionsOf(device) - before, 1)
      })

      it('whose type cannot be found is asked for rarely, and the row counts the requests', async () => {
        const device = await deviceOf({ exhibits: true })
        const tags = Array.from(
          { length: UNKNOWN_TAGS },
          (_, at): ShortTag => [`tag ${at}`, 'ns=2;s=Exhibits.Unknown type'],
        )
        const { reader } = readerOf(device.endpoint, [...PLAIN, ...tags], { mode })
        await reader.open(never)
        await readUntil(reader, (reading) => isGoodIn(reading, PLAIN.length))
        await settled(device)
        const { requests: before } = device.census()
        const seen = await differentCounts(reader, CYCLES)
        const { requests } = device.census()
        assert.ok(seen.isAlwaysGood)
        const asked = (service: string): number => (requests[service] ?? 0) - (before[service] ?? 0)
        assert.equal(asked('Browse'), 0)
        const told = requestsOf(reader)
        assert.ok(asked('Read') <= told * CYCLES + 2, `${asked('Read')} reads, the row tells ${told} a cycle`)
      })

      it('is counted among the requests of a cycle while the server is asked what it looks like', async () => {
        const device = await deviceOf({ exhibits: true })
        device.treat('Browse', { delayMs: 500 })
        const { reader } = readerOf(device.endpoint, [...PLAIN, ['it', 'ns=2;s=Exhibits.Nested']], { mode })
        await reader.open(never)
        await readUntil(reader, (reading) => isGoodIn(reading, PLAIN.length))
        const forValues = mode === 'poll' ? 1 : 0
        assert.ok(requestsOf(reader) > forValues)
        await readUntil(reader, ({ values }) => values.every((value) => value !== null))
        assert.equal(requestsOf(reader), forValues)
      })

      /** Reads, and says whether the plain values were good all the time. */
      async function differentCounts(reader: Reader, cycles: number) {
        await readUntil(reader, (reading) => isGoodIn(reading, PLAIN.length))
        const seen = new Set<unknown>()
        let isAlwaysGood = true
        for (let cycle = 0; cycle < cycles; cycle++) {
          const reading = await reader.read(never)
          isAlwaysGood &&= isGoodIn(reading, PLAIN.length)
          seen.add(reading.values[PLAIN.length - 1])
        }
        return { isAlwaysGood, seen: seen.size }
      }

      /** It asks nothing of the kind any more. */
      async function settled(device: OpcuaDevice): Promise<void> {
        let [count, sinceMs] = [questionsOf(device), performance.now()]
        await until(() => {
          if (questionsOf(device) !== count) [count, sinceMs] = [questionsOf(device), performance.now()]
          return performance.now() - sinceMs > 300
        }, PATIENCE_MS)
      }
    })
  }
})
