// What an OPC UA reader may wish of its server: a language, nodes of long names, values as fast as they change.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { GREETINGS } from '../../simulators/opcua/exhibits/exhibit-nodes'
import { LONG_NAME } from '../../simulators/opcua/exhibits/exhibits'
import { closeAll, deviceOf, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'

const MODES = ['subscribe', 'poll'] as const
const LANGUAGES = [
  { locale: 'zh-CN,en', greeting: GREETINGS['zh-CN'] },
  { locale: 'fr, de', greeting: GREETINGS.de },
  { locale: '', greeting: GREETINGS.en },
]
const PAGE = 1000

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
