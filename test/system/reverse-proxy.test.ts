// A real Node-RED behind a real nginx that keeps its connections: pages and monitors come by the same connections, in any order.

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { Monitor } from '../support/monitor'
import { Nginx } from '../support/nginx'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

const PROCESSES = '/collectors/ws/processes'
const TIMES = 10

describe('behind a proxy that keeps its connections', function () {
  this.timeout(60_000)
  let device: ModbusDevice | undefined
  let nodeRed: NodeRed | undefined
  let nginx: Nginx | undefined

  before(async function () {
    device = await ModbusDevice.start()
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('boiler', device.port)) })
    nginx = await Nginx.inFrontOf(this, Number(new URL(nodeRed.url).port))
  })
  after(async () => {
    await nginx?.dispose()
    await nodeRed?.dispose()
    await device?.close()
  })

  it('every monitor is let in after a page, and is told what there is', async () => {
    const { url } = nginx ?? assert.fail()
    for (let times = 0; times < TIMES; times++) {
      const page = await fetch(`${url}/collectors/processes`, { headers: { connection: 'close' } })
      assert.equal((await page.json()).length, 1)
      const monitor = await Monitor.open(url + PROCESSES, [], { handshakeTimeout: 4_000 })
      const { data } = await monitor.when('process_status')
      assert.equal(data[0]?.name, 'boiler')
      await monitor.close()
    }
  })

  it('no socket is left behind of monitors that were refused', async function () {
    if (process.platform !== 'linux') this.skip()
    const { url } = nginx ?? assert.fail()
    const { pid } = nodeRed ?? assert.fail()
    await fetch(`${url}/collectors/processes`)
    const before = socketsOf(pid)
    for (let times = 0; times < TIMES; times++) {
      await (await fetch(`${url}/collectors/processes`)).json()
      await assert.rejects(Monitor.open(`${url}/collectors/ws/nobody`, [], { handshakeTimeout: 4_000 }), /404/)
    }
    await until(() => socketsOf(pid) <= before)
  })
})

function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}
