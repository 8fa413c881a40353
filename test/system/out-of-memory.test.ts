// Memory ends: it is a reader or the historian that the kernel kills, and not Node-RED, which is larger.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { CHILD_PENALTY } from '../../nodes/collector-supervisor/oom-score'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { KeptReader } from '../support/kept-reader'
import { MemoryCgroup } from '../support/memory-cgroup'
import { NodeRed } from '../support/node-red'
import { installStubbornPackage, makeLeak } from '../support/stubborn-package'

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

  it('a reader or the historian is killed, and not Node-RED, by what the kernel says of each', async () => {
    const { pid } = nodeRed
    for (const name of ['boiler', 'historian plant']) {
      const row = await nodeRed.rowWhen(name, ({ status }) => status === 'running')
      const child = row.pid ?? assert.fail()
      assert.equal(
        numberIn(child, 'oom_score_adj'),
        Math.min(1000, Math.max(0, numberIn(pid, 'oom_score_adj')) + CHILD_PENALTY),
      )
      assert.ok(numberIn(child, 'oom_score') > numberIn(pid, 'oom_score'))
    }
  })

  it('Node-RED is as likely to be killed as whoever started it', () => {
    const { pid } = nodeRed
    assert.equal(numberIn(pid, 'oom_score_adj'), numberIn(process.pid, 'oom_score_adj'))
  })
})

/** Node-RED, a historian and two readers take 250 to 300 MB, */
const LIMIT_MB = 750
/** and what else there is in Node-RED so much: it is larger than the reader ever gets, and would be the first to be killed. */
const BALLAST_MB = 300
const LEAKS = 5

describeOnLinux('a reader that takes all memory that a container has', function () {
  this.timeout(180_000)
  let group: MemoryCgroup | undefined
  let kept: KeptReader
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async function () {
    group = MemoryCgroup.make(LIMIT_MB)
    if (!group) {
      console.warn('      this machine allows no control groups: a container whose memory ends is not tested')
      this.skip()
    }
    kept = await KeptReader.start('press', 100)
    device = await ModbusDevice.start()
    // The limit of the supervisor itself is for slow leaks: memory is measured every 5 s.
    const supervisor = supervisorNode({ restartDelay: 0.2, restartDelayMax: 0.2 })
    nodeRed = await NodeRed.start({
      flows: flowOf(...kept.nodes(), supervisor, readerNode('leaking', device.port)),
      launcher: group.launcher,
      install: installStubbornPackage,
      settings: `ballast: Buffer.alloc(${BALLAST_MB} * 2 ** 20, 1)`,
    })
    await kept.moreWritten(nodeRed)
  })
  after(async () => {
    await nodeRed?.dispose()
    await kept?.close()
    await device?.close()
    await group?.dispose()
  })

  it(`is killed, ${LEAKS} times of ${LEAKS}: Node-RED lives, and all others run on or again`, async () => {
    const { pid } = nodeRed
    for (let leaks = 1; leaks <= LEAKS; leaks++) {
      const row = await nodeRed.rowWhen('leaking', ({ status, link }) => status === 'running' && link === 'connected')
      makeLeak(row.pid ?? assert.fail())
      await nodeRed.rowWhen('leaking', ({ status, generation }) => status === 'running' && generation > row.generation)
    }
    assert.ok(nodeRed.alive)
    assert.equal(nodeRed.pid, pid)
    for (const name of ['leaking', kept.name, kept.historian]) {
      await nodeRed.rowWhen(name, ({ status, link }) => status === 'running' && link === 'connected')
    }
    await kept.moreWritten(nodeRed)
    // Before one that was killed has ended, the kernel now and then kills another one, too.
    const restarts = (await nodeRed.rows()).map(({ restart_count }) => restart_count)
    const killed = group?.killed ?? assert.fail()
    assert.ok(killed >= LEAKS)
    assert.equal(
      restarts.reduce((sum, count) => sum + count, 0),
      killed,
    )
  })
})

function numberIn(pid: number, file: 'oom_score' | 'oom_score_adj'): number {
  return Number(readFileSync(`/proc/${pid}/${file}`, 'utf8'))
}
