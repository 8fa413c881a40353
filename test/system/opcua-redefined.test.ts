// A server that defines its types anew: while it is off, behind a cut cable, or as it runs. Whatever it calls its start, and whether the
// session lives on, no value is good that was made by what a type was before.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../../lib/collector/reader'
import { Fault } from '../../lib/contract/fault'
import type { OpcuaDevice } from '../../simulators/opcua/opcua-device'
import type { ShortTag } from '../nodes/opcua-in/config'
import { closeAll, deviceOf, never, newFolder, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { until } from '../support/until'

const MODES = ['subscribe', 'poll'] as const
const TAGS: ShortTag[] = ['Flat', 'Nested', 'State', 'Enumerations and wide numbers'].map((name) => [
  name,
  `ns=2;s=Exhibits.${name}`,
])
/** Of a server whose clock stands at its start. */
const START_MS = Date.parse('2020-01-01T00:00:00Z')
/** What is told by a new description is there within some of these. */
const ROUND_TRIP_MS = 40
const PATIENCE_MS = 20_000
const BEFORE = [{ X: 1.5, Y: -2.5 }, { From: { X: 3, Y: 0 }, To: { X: 3, Y: 1 }, Label: 'edge' }, 'Running', 'Running']
const AFTER = [{ Y: 1.5, X: -2.5 }, { From: { Y: 3, X: 0 }, To: { Y: 3, X: 1 }, Label: 'edge' }, 'Idle', 'Idle']

/** The same bytes mean something else. */
function redefine(device: OpcuaDevice): void {
  const [x, y] = [
    { name: 'X', type: 'Double' },
    { name: 'Y', type: 'Double' },
  ] as const
  device.redefine('Point', { kind: 'structure', fields: [y, x] })
  device.redefine('State', { kind: 'enumeration', texts: { Off: 0, Idle: 1, Broken: 7 } })
}

type Seen = { values: string; reason: string | undefined }[][]

/** Everything that is shown until all of it is as it should be, over as many connections as that takes. */
async function shownUntilNew(reader: Reader): Promise<Seen> {
  const seen: Seen = TAGS.map(() => [])
  await until(
    async () => {
      try {
        const { values, bad } = await reader.read(never)
        for (const [column, value] of shown(values).entries()) {
          seen[column]?.push({ values: JSON.stringify(value), reason: bad.get(column) })
        }
        return JSON.stringify(shown(values)) === JSON.stringify(AFTER)
      } catch (thrown) {
        assert.ok(thrown instanceof Fault && thrown.kind === 'link', String(thrown))
        await delay(50)
        await reader.open(never).catch(() => {})
        return false
      }
    },
    PATIENCE_MS,
    10,
  ).catch(() => {})
  return seen
}
/** Of the machine its state. */
function shown(values: readonly unknown[]): unknown[] {
  const machine = values[3]
  const state = typeof machine === 'object' && machine !== null && 'State' in machine ? machine.State : machine
  return [...values.slice(0, 3), state]
}

function assertNothingOld(seen: Seen): void {
  for (const [column, list] of seen.entries()) {
    const good = new Set(list.flatMap(({ values }) => (values === 'null' ? [] : [values])))
    assert.deepEqual([...good], [JSON.stringify(AFTER[column])], TAGS[column]?.[0])
    for (const { values, reason } of list) if (values === 'null') assert.match(reason ?? '', /\w+ \w+/)
  }
}

describe('A type that an OPC UA server defines anew', function () {
  this.timeout(60_000)
  afterEach(closeAll)

  for (const mode of MODES) {
    async function reading(folder = newFolder()) {
      const device = await deviceOf({ exhibits: true, startMs: START_MS })
      const { reader, logged } = readerOf(device.endpoint, TAGS, { mode }, folder)
      await reader.open(never)
      await readUntil(reader, ({ values }) => JSON.stringify(shown(values)) === JSON.stringify(BEFORE), PATIENCE_MS)
      return { device, reader, logged, folder }
    }

    it(`is not taken for that of before when the server was restarted, whose start time is always the same (${mode})`, async () => {
      const { device, reader } = await reading()
      device.behave({ mood: 'delay', ms: ROUND_TRIP_MS })
      await device.powerOff()
      redefine(device)
      await device.powerOn()
      assertNothingOld(await shownUntilNew(reader))
    })

    it(`is not taken for that of before by another process (${mode})`, async () => {
      const { device, reader, folder } = await reading()
      await reader.close()
      device.behave({ mood: 'delay', ms: ROUND_TRIP_MS })
      redefine(device)
      const other = readerOf(device.endpoint, TAGS, { mode }, folder)
      await other.reader.open(never)
      assertNothingOld(await shownUntilNew(other.reader))
    })

    it(`is not taken for that of before by a session that lives on (${mode})`, async () => {
      const { device, reader, logged } = await reading()
      device.behave({ mood: 'delay', ms: ROUND_TRIP_MS })
      await device.goOffline()
      redefine(device)
      await reader.suspend?.()
      await device.comeBack()
      await reader.open(never)
      assertNothingOld(await shownUntilNew(reader))
      assert.equal(device.census().sessionsMade, 1)
      if (mode === 'subscribe') assert.ok(logged.some((line) => line.includes('the session lives on')))
    })
  }
})
