// Whom the kernel would kill if memory ended now: it says so of each process.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip

describeOnLinux('when memory ends', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    const flows = flowOf(supervisorNode({ historian: 'embedded' }), readerNode('boiler', device.port))
    nodeRed = await NodeRed.start({ flows })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  it('a reader or the historian is killed, and not Node-RED, which is larger', async () => {
    const { pid } = nodeRed
    for (const name of ['boiler', 'historian plant']) {
      const row = await nodeRed.rowWhen(name, ({ status }) => status === 'running')
      const child = row.pid ?? assert.fail()
      assert.equal(numberIn(child, 'oom_score_adj'), Math.min(1000, Math.max(0, numberIn(pid, 'oom_score_adj')) + 500))
      assert.ok(numberIn(child, 'oom_score') > numberIn(pid, 'oom_score'))
    }
  })

  it('Node-RED is as likely to be killed as whoever started it', () => {
    const { pid } = nodeRed
    assert.equal(numberIn(pid, 'oom_score_adj'), numberIn(process.pid, 'oom_score_adj'))
  })
})

function numberIn(pid: number, file: 'oom_score' | 'oom_score_adj'): number {
  return Number(readFileSync(`/proc/${pid}/${file}`, 'utf8'))
}
