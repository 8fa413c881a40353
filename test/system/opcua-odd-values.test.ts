// Odd values of an OPC UA server, and values of broken servers: each is what it means, or null with a reason, and a number beside
// them goes on, over one connection.

import assert from 'node:assert/strict'
import type { Reading } from '../../lib/collector/reader'
import * as binary from '../../simulators/opcua/raw/binary'
import { type Change, ScriptedServer } from '../../simulators/opcua/scripted/scripted-server'
import { Space, textOf } from '../../simulators/opcua/scripted/space'
import type { ShortTag } from '../nodes/opcua-in/config'
import { closeAll, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { addOddTypes } from '../support/opcua-odd-types'
import { NOTHING, oddValues } from '../support/opcua-odd-values'

const WAYS = [
  { how: 'by messages of their own', mode: 'subscribe', isTogether: false },
  { how: 'all in one message', mode: 'subscribe', isTogether: true },
  { how: 'read', mode: 'poll', isTogether: true },
] as const
const OWN_NAMESPACE = 1
const DOUBLE = { id: 11 }
const COUNT = { id: 500, namespace: OWN_NAMESPACE }
const PATIENCE_MS = 15_000
/** Reasons that pass. */
const PENDING = /is being asked|not sent the value yet/

const nodeOf = (index: number) => ({ id: 1000 + index, namespace: OWN_NAMESPACE })
const addresses = oddValues.map((_, index) => textOf(nodeOf(index)))

describe('Odd values of an OPC UA server', function () {
  this.timeout(30_000)

  for (const { how, mode, isTogether } of WAYS) {
    describe(`(${how})`, () => {
      let server: ScriptedServer
      let reading: Reading
      let count = 0
      const countNow = () => binary.dataValue(binary.scalar('Double', binary.double(count)))

      before(async () => {
        const space = new Space()
        addOddTypes(space)
        space.addVariable(COUNT, DOUBLE, countNow)
        for (const [index, { type, bytes }] of oddValues.entries()) space.addVariable(nodeOf(index), type, () => bytes)
        let counter = 0
        server = await ScriptedServer.start(space, {
          watched: (wishes) => {
            counter = wishes.find(({ node }) => node === textOf(COUNT))?.handle ?? counter
            const changes = wishes.flatMap(({ node, handle }): Change[] => {
              const value = node === textOf(COUNT) ? countNow() : oddValues[addresses.indexOf(node)]?.bytes
              return value ? [{ handle, value }] : []
            })
            const messages = isTogether ? [changes] : changes.map((change) => [change])
            for (const message of messages) server.deliver(server.compose(message))
          },
          delayMs: () => 0,
        })
        const tags = oddValues.map(({ name }, index): ShortTag => [name, addresses[index] ?? ''])
        const { reader } = readerOf(server.endpoint, [...tags, ['count', textOf(COUNT)]], { mode })
        await reader.open(never)
        // What is missing is told by its own test.
        await readUntil(reader, isSettled, PATIENCE_MS).catch(() => {})
        count = 1
        server.deliver(server.compose([{ handle: counter, value: countNow() }]))
        reading = await readUntil(reader, ({ values }) => values.at(-1) === 1)
      })
      after(async () => {
        await closeAll()
        await server.close()
      })

      for (const [column, { name, means }] of oddValues.entries()) {
        if (means === NOTHING) {
          it(`are null with a reason that stays: ${name}`, () => {
            assert.equal(reading.values[column], null)
            assert.match(reading.bad.get(column) ?? '', /\w+ \w+/)
            assert.doesNotMatch(reading.bad.get(column) ?? '', PENDING)
          })
        } else {
          it(`are what they mean: ${name}`, () => {
            assert.deepEqual(reading.values[column], means, reading.bad.get(column))
          })
        }
      }

      it('cost no other, and no connection', () => {
        assert.equal(reading.bad.get(oddValues.length), undefined)
        assert.equal(server.connections, 1)
      })
    })
  }
})

function isSettled({ values, bad }: Reading): boolean {
  return oddValues.every(({ means }, column) => {
    const reason = bad.get(column)
    return means === NOTHING ? reason !== undefined && !PENDING.test(reason) : values[column] !== null
  })
}
