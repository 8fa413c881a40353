// A serial line through the sandboxed process of a real reader into the flow of a real Node-RED.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ServerSerial } from 'modbus-serial'
import { honestRtu, RawDevice } from '../nodes/modbus-in/raw-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed, type Recorded } from '../support/node-red'
import { SerialLine } from '../support/serial-line'
import { temporaryFolder } from '../support/temporary-folder'
import { skipWithoutWalls } from '../support/walls'

const LINE = { transport: 'rtu', baudRate: 115_200, host: '' }
const TAGS = { tags: [{ name: 'value', address: 'hr7', type: 'uint16' }] }
const says = (text: RegExp) => (message: Recorded) => text.test(message.quality?.value ?? '')

describe('a serial line', function () {
  this.timeout(120_000)
  const folder = temporaryFolder()
  let nodeRed: NodeRed | undefined
  let line: SerialLine | undefined
  let device: RawDevice | undefined

  afterEach(async () => {
    await nodeRed?.dispose()
    await line?.unplug()
    await device?.stop()
    nodeRed = undefined
    line = undefined
    device = undefined
  })

  it('is read by a process that may load an addon, as its row says, while other readers may not', async function () {
    device = await RawDevice.start(honestRtu, 'rtu')
    line = await SerialLine.toTcp(this, folder(), device.port)
    const overTcp = readerNode('gateway', device.port, { transport: 'rtu-over-tcp', ...TAGS })
    const overLine = readerNode('line', 502, { ...LINE, serialPort: line.port, ...TAGS })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), overLine, overTcp) })
    for (const name of ['line', 'gateway']) {
      assert.deepEqual((await nodeRed.recordedWhen(name, isGood)).payload, { value: 7 })
    }
    const opened = await nodeRed.row('line')
    assert.equal(opened.sandbox, 'addons')
    assert.ok(opened.command.includes('--permission') && opened.command.includes('--allow-addons'))
    assert.ok(!opened.command.some((flag) => /allow-(child-process|worker|fs-write|wasi)/.test(flag)))
    const closed = await nodeRed.row('gateway')
    assert.equal(closed.sandbox, 'closed')
    assert.ok(!closed.command.some((flag) => /addons|node_modules.*serialport/.test(flag)))
  })

  it('may be unplugged, and is read again when it is back, by the same process', async function () {
    device = await RawDevice.start(honestRtu, 'rtu')
    line = await SerialLine.toTcp(this, folder(), device.port)
    const flows = flowOf(supervisorNode(), readerNode('line', 502, { ...LINE, serialPort: line.port, ...TAGS }))
    nodeRed = await NodeRed.start({ flows })
    await nodeRed.recordedWhen('line', isGood)
    const { pid } = await nodeRed.row('line')
    await line.unplug()
    await nodeRed.recordedWhen('line', says(/the port is gone; was the adapter unplugged/), { from: 0 })
    await nodeRed.recordedWhen('line', says(/there is no such serial port; is the adapter plugged in/))
    await nodeRed.rowWhen('line', ({ link }) => link === 'disconnected')
    await line.plug()
    await nodeRed.recordedWhen('line', isGood, { timeoutMs: 60_000 })
    const row = await nodeRed.row('line')
    assert.equal(row.pid, pid)
    assert.equal(row.restart_count, 0)
  })

  it('behind bubblewrap may be unplugged, too: another process reads it again', async function () {
    skipWithoutWalls(this)
    device = await RawDevice.start(honestRtu, 'rtu')
    line = await SerialLine.toTcp(this, folder(), device.port)
    const reader = readerNode('line', 502, { ...LINE, serialPort: line.port, ...TAGS })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode({ sandbox: 'bubblewrap' }), reader) })
    await nodeRed.recordedWhen('line', isGood, { from: 0 })
    const { pid, wall, sandbox } = await nodeRed.row('line')
    assert.deepEqual([wall, sandbox], ['bubblewrap', 'addons'])
    await line.unplug()
    await nodeRed.rowWhen('line', ({ link }) => link === 'disconnected')
    await line.plug()
    await nodeRed.recordedWhen('line', isGood, { timeoutMs: 60_000 })
    const row = await nodeRed.row('line')
    assert.notEqual(row.pid, pid)
    assert.equal(row.restart_count, 0)
    // And that one goes on.
    await nodeRed.rowWhen('line', ({ uptime_s, generation }) => uptime_s >= 4 && generation === row.generation)
  })

  it('belongs to one reader, and the other one says so', async function () {
    device = await RawDevice.start(honestRtu, 'rtu')
    line = await SerialLine.toTcp(this, folder(), device.port)
    const first = readerNode('first', 502, { ...LINE, serialPort: line.port, ...TAGS })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), first) })
    await nodeRed.recordedWhen('first', isGood)
    const second = readerNode('second', 502, { ...LINE, serialPort: line.port, ...TAGS })
    await nodeRed.deploy(flowOf(supervisorNode(), first, second), 'nodes')
    await nodeRed.recordedWhen('second', says(/the port is in use; close the other program, or read all units/), {
      from: 0,
    })
    await nodeRed.recordedWhen('first', isGood)
  })

  it('leads to an independent device', async function () {
    const { line: made, otherPort } = await SerialLine.toPort(this, folder())
    line = made
    const server = new ServerSerial(
      { getHoldingRegister: (address: number, unit: number) => unit * 1000 + address },
      { path: otherPort, baudRate: 115_200 },
    )
    await once(server, 'initialized')
    try {
      const properties = { ...LINE, serialPort: line.port, unitId: 3, ...TAGS }
      nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('line', 502, properties)) })
      assert.deepEqual((await nodeRed.recordedWhen('line', isGood)).payload, { value: 3007 })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
