import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Clients } from '../../../../nodes/collector-supervisor/api/clients'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { Monitor } from '../../../support/monitor'
import { processRow } from '../../../support/process-row'
import { StoppedMonitor } from '../../../support/stopped-monitor'
import { until } from '../../../support/until'

const PROCESSES = '/collectors/ws/processes'
const MB = 2 ** 20

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What is written to sockets is kept outside of the heap. */
function keptBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

describe('A monitor that takes nothing', function () {
  this.timeout(60_000)
  let server: AdminServer
  let fleet: FakeFleet
  let clients: Clients
  let url: string
  let stopped: StoppedMonitor
  let monitor: Monitor

  beforeEach(async () => {
    server = new AdminServer()
    fleet = new FakeFleet(processRow('oven'))
    clients = new Clients()
    mountRoutes(server.red(), fleet, clients)
    await server.open()
    server.events.emit('flows:started')
    url = `http://127.0.0.1:${server.port}${PROCESSES}`
    stopped = await StoppedMonitor.open(url)
    monitor = await Monitor.open(url)
  })
  afterEach(async () => {
    await monitor.close()
    await stopped.close()
    await until(() => clients.size === 0)
    await server.close()
  })

  /** Pushes far more than the system keeps for a connection, to one that takes all of it. */
  const pushMuch = async (): Promise<void> => {
    const row = processRow('press', { last_error: 'e'.repeat(100_000) })
    const rounds = 1000
    const before = keptBytes()
    for (let round = 0; round < rounds; round++) {
      fleet.set({ ...row, generation: round })
      while (monitor.of('process_status_update').length < round - 10) await nextTurn()
    }
    await monitor.when('process_status_update', ({ data }) => data[0]?.generation === rounds - 1, 30_000)
    const seqs = monitor.of('process_status_update').map(({ seq }) => seq)
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => (seqs[0] ?? 0) + index),
    )
    // What is no longer used is given back a little later.
    await until(() => keptBytes() - before < 5 * MB, 5000, 50)
  }

  it('costs no memory and nobody else a message, and gets a snapshot when it goes on', async () => {
    await pushMuch()
    assert.equal(clients.size, 2)

    // What goes on takes what lay before it, then is told how things are now.
    const snapshots = fleet.asked
    stopped.resume()
    await until(() => fleet.asked > snapshots)
  })

  it('costs as little on a stream of events', async () => {
    const socket = connect(server.port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.write('GET /collectors/events HTTP/1.1\r\nHost: a\r\n\r\n')
      await until(() => clients.size === 3)
      await pushMuch()
      const snapshots = fleet.asked
      socket.resume()
      await until(() => fleet.asked > snapshots)
    } finally {
      socket.destroy()
    }
  })

  it('is given up when it has been looked at twice', async () => {
    await monitor.when('process_status')
    clients.look()
    await once(monitor.socket, 'ping')
    monitor.send({ type: 'nonsense' })
    await monitor.when('error')
    assert.equal(clients.size, 2)
    clients.look()
    await until(() => clients.size === 1)
    fleet.set(processRow('press'))
    await monitor.when('process_status_update')
  })
})
