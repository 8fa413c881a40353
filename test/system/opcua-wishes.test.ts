// What an OPC UA reader may wish of its server: a language, nodes of long names, values as fast as they change.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { GREETINGS } from '../../simulators/opcua/exhibits/exhibit-nodes'
import { LONG_NAME } from '../../simulators/opcua/exhibits/exhibits'
import * as binary from '../../simulators/opcua/raw/binary'
import type { ItemWish } from '../../simulators/opcua/scripted/requests'
import { ScriptedServer } from '../../simulators/opcua/scripted/scripted-server'
import { Space, textOf } from '../../simulators/opcua/scripted/space'
import { closeAll, deviceOf, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { until } from '../support/until'

const MODES = ['subscribe', 'poll'] as const
const LANGUAGES = [
  { locale: 'zh-CN,en', greeting: GREETINGS['zh-CN'] },
  { locale: 'fr, de', greeting: GREETINGS.de },
  { locale: '', greeting: GREETINGS.en },
]
const PAGE = 1000
/** Sampling intervals of OPC 10000-4, 7.21: that of the subscription, and as often as the server can. */
const [PUBLISHING, FASTEST] = [-1, 0]
const SPEED = { id: 500, namespace: 1 }
const REVISED = /the server looks every 50 ms and keeps 1 values; it was asked to look (every 20 ms|as often as it can)/

describe('A wish of an OPC UA reader', function () {
  this.timeout(30_000)
  afterEach(closeAll)

  for (const mode of MODES) {
    for (const { locale, greeting } of LANGUAGES) {
      it(`"${locale}" is for texts in the first of these languages that the server has (${mode})`, async () => {
        const device = await deviceOf({ exhibits: true })
        const { reader } = readerOf(device.endpoint, [['it', device.nodeId('Exhibits.Greeting')]], { mode, locale })
        await reader.open(never)
        const { values } = await readUntil(reader, ({ values }) => values[0] !== null)
        assert.equal(values[0], greeting)
      })
    }

    it(`may be for a node whose NodeId has 4 000 characters (${mode})`, async () => {
      const device = await deviceOf({ exhibits: true })
      const { reader } = readerOf(device.endpoint, [['it', device.nodeId(`Exhibits.${LONG_NAME}`)]], { mode })
      await reader.open(never)
      await readUntil(reader, ({ values }) => values[0] === 4096)
    })
  }

  // biome-ignore format: a table, one line a setting
  const samplings: [settings: object, samplingMs: number][] = [
    [{}, PUBLISHING],
    [{ samplingInterval: 0 }, PUBLISHING],
    [{ samplingInterval: 20 }, 20],
    [{ fastestSampling: true }, FASTEST],
    [{ fastestSampling: true, samplingInterval: 20 }, FASTEST],
  ]
  for (const [settings, samplingMs] of samplings) {
    it(`is a sampling interval of ${samplingMs} by ${JSON.stringify(settings)}, and the log tells what came of it`, async () => {
      const space = new Space()
      space.addVariable(SPEED, { id: 11 }, () => binary.dataValue(binary.scalar('Double', binary.double(1))))
      const wishes: ItemWish[] = []
      const server = await ScriptedServer.start(space, { watched: (some) => wishes.push(...some), delayMs: () => 0 })
      try {
        const { reader, logged } = readerOf(server.endpoint, [['speed', textOf(SPEED)]], settings)
        await reader.open(never)
        const asked = () => wishes.filter(({ node }) => node === textOf(SPEED))
        await until(() => asked().length > 0)
        assert.deepEqual(
          asked().map((wish) => wish.samplingMs),
          [samplingMs],
        )
        if (samplingMs === PUBLISHING) return
        // it looks every 50 ms
        await until(() => logged.some((text) => REVISED.test(text)))
      } finally {
        await closeAll()
        await server.close()
      }
    })
  }

  it('for such a node is what browsing offers', async () => {
    const device = await deviceOf({ exhibits: true })
    const { reader } = readerOf(device.endpoint, [['it', device.nodeId('Types.Double')]])
    const answer = await reader.browse?.({ ask: 'browse', node: device.nodeId('Exhibits'), size: PAGE }, never)
    const nodes: unknown = asRecord(answer)?.nodes
    assert.ok(Array.isArray(nodes))
    const addresses = nodes.map((node) => asRecord(node)?.address)
    assert.ok(addresses.includes(device.lastingNodeId(`Exhibits.${LONG_NAME}`)))
  })
})
