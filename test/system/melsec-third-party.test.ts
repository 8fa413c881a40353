// Servers of other makers and PLCs with open settings of their own, in a real Node-RED: all is read, and no tag is bad for more
// than two cycles for what is found out on the way.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { MelsecDevice, type PortOptions } from '../../simulators/melsec/melsec-device'
import type { RandomManners } from '../../simulators/melsec/random-manners'
import { flowOf, melsecNode, supervisorNode } from '../support/flows'
import { type FlowNode, isGood, NodeRed } from '../support/node-red'

/** Of 200 ms: a trial that is not answered takes two timeouts, and the wait for another connection up to a second each time. */
const BAD_CYCLES_MAX = 20
const CYCLES = 40
const FAR = Array.from({ length: 6 }, (_, at) => ({ name: `t${at}`, address: `D${at * 500}`, type: 'uint16' }))
const PAYLOAD = Object.fromEntries(FAR.map(({ name }, at) => [name, at + 1]))
const asQ = { series: 'q', frame: '3E', encoding: 'binary', interval: 200, timeout: 500, tags: FAR }

const servers: [name: string, random: RandomManners, properties: object][] = [
  ['closes at a random read', 'closes', {}],
  ['is silent at a random read', 'silent', {}],
  ['is mute behind a random read', 'mute', { frame: '4E' }],
  ['refuses a random read with C05C', { endCode: 0xc05c }, {}],
  ['refuses a random read with C05F', { endCode: 0xc05f }, {}],
  ['closes, and is never asked so', 'closes', { randomRead: false }],
]

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '0.0.0.0')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

describe('a server that', function () {
  this.timeout(60_000)
  const devices: MelsecDevice[] = []
  let nodeRed: NodeRed
  let localPort = 0

  async function start(port: PortOptions): Promise<MelsecDevice> {
    const device = await MelsecDevice.start({ series: 'q', endpoint: 'module', ports: [port] })
    devices.push(device)
    FAR.forEach((_, at) => {
      device.memory.set('D', at * 500, at + 1)
    })
    return device
  }

  before(async () => {
    const readers: FlowNode[] = []
    for (const [name, random, properties] of servers) {
      const { port } = await start({ random })
      readers.push(melsecNode(name, port, { ...asQ, ...properties }))
    }
    localPort = await freePort()
    const named = await start({ transport: 'udp', answersTo: localPort })
    const overUdp = { ...asQ, transport: 'udp' }
    readers.push(melsecNode('named port', named.port, { ...overUdp, localPort }))
    readers.push(melsecNode('any port', named.port, overUdp))
    const frames = await start({ random: { endCode: 0xdf50 } })
    frames.memory.refuse([{ device: 'D', number: 0, count: 1, endCode: 0xdf50 }])
    readers.push(melsecNode('wrong frame', frames.port, { ...asQ, tags: FAR.slice(0, 1) }))
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...readers) })
  })
  after(async () => {
    await nodeRed?.dispose()
    for (const device of devices) await device.close()
  })

  for (const [name] of servers) {
    it(`${name} is read in batches`, async () => {
      await nodeRed.recordedWhen(name, () => nodeRed.recorded(name).length >= CYCLES, { from: 0 })
      const messages = nodeRed.recorded(name)
      const firstGood = messages.findIndex(isGood)
      assert.ok(firstGood >= 0 && firstGood <= BAD_CYCLES_MAX, `the first good cycle is ${firstGood}`)
      const bad = messages.filter((message) => !isGood(message))
      assert.ok(bad.length <= BAD_CYCLES_MAX, `${bad.length} cycles were bad`)
      assert.deepEqual(messages.at(-1)?.payload, PAYLOAD)
      const { restart_count, tags } = await nodeRed.rowWhen(name, ({ link }) => link === 'connected')
      assert.deepEqual([restart_count, tags.good], [0, FAR.length])
    })
  }

  it('answers one named port only is read from that port', async () => {
    const { payload } = await nodeRed.recordedWhen('named port', isGood, { from: 0 })
    assert.deepEqual(payload, PAYLOAD)
    const { tags } = await nodeRed.row('any port')
    assert.equal(tags.good, 0)
  })

  it('says DF50 is told to expect another frame', async () => {
    const says = /^end code DF50 at D0: no other network was asked for, .* frame or format is wrong/
    const { quality } = await nodeRed.recordedWhen('wrong frame', (message) => says.test(message.quality?.t0 ?? ''), {
      from: 0,
    })
    assert.match(quality?.t0 ?? '', says)
  })

  it('is asked by two readers from one port: the second is told whose port it is', async () => {
    const device = devices.at(-2) ?? assert.fail('no device')
    const second = melsecNode('second', device.port, { ...asQ, transport: 'udp', localPort })
    const named = melsecNode('named port', device.port, { ...asQ, transport: 'udp', localPort })
    await nodeRed.deploy(flowOf(supervisorNode(), named, second))
    const isTold = ({ last_error }: { last_error: string | null }) =>
      new RegExp(`^localPort ${localPort}: this port of this computer is taken`).test(last_error ?? '')
    const row = await nodeRed.rowWhen('second', isTold)
    assert.equal(row.tags.good, 0)
    await nodeRed.recordedWhen('named port', isGood)
  })
})
