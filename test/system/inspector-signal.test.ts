// A process of the same user sends the signal that opens the debugger of Node.js.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed } from '../support/node-red'
import { until } from '../support/until'

describe('SIGUSR1 to Node-RED', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed | undefined

  before(async () => {
    device = await ModbusDevice.start()
  })
  afterEach(async () => {
    await nodeRed?.dispose()
    nodeRed = undefined
  })
  after(() => device.close())

  function start(launcher: string[] = []): Promise<NodeRed> {
    return NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('press', device.port)), launcher })
  }

  it('opens no debugger, is told once, and disturbs nothing, after a deploy too', async () => {
    nodeRed = await start()
    const { output, pid } = nodeRed
    assert.doesNotMatch(output, /SIGUSR1/)
    for (const _ of [1, 2]) {
      process.kill(pid, 'SIGUSR1')
      await until(() => nodeRed?.output.includes('SIGUSR1 came and does not open the debugger') === true)
      await nodeRed.recordedWhen('press', isGood)
      await nodeRed.deploy(flowOf(supervisorNode({ statsInterval: 1 }), readerNode('press', device.port)))
    }
    assert.doesNotMatch(nodeRed.output, /Debugger listening|[Ss]tarting inspector/)
    assert.equal(nodeRed.output.match(/SIGUSR1 came/g)?.length, 1)
    assert.ok(nodeRed.alive)
  })

  it('opens it where the environment permits', async () => {
    nodeRed = await start(['env', 'COLLECTORS_ALLOW_DEBUGGER=1'])
    process.kill(nodeRed.pid, 'SIGUSR1')
    // Another debugger of this machine may have the port.
    await until(() => /Debugger listening|[Ss]tarting inspector/.test(nodeRed?.output ?? ''), 10_000)
  })
})
