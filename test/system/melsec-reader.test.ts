// The process of a MELSEC reader, as the build makes it, and a PLC that serves one client only.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Batch, decodeBatch } from '../../lib/contract/batch'
import { LIVE_CAPACITY_BYTES, TITLE_SAMPLES } from '../../lib/contract/limits'
import { Queue } from '../../lib/queue/queue'
import { MelsecDevice } from '../../simulators/melsec/melsec-device'
import { Child, configureFor, Folder } from '../lib/collector/child'
import { until } from '../support/until'

const COLLECTOR = join(__dirname, '..', '..', 'nodes', 'melsec-in', 'collector.js')
/** How long the PLC does not see that its client died. */
const HOLD_MS = 3000
const PATIENCE_MS = 20_000
/** As a batch has them: that 1 is true stands in the tag list. */
const VALUES = [0x1234_5678, 1]

describe('the process of a MELSEC reader', () => {
  const folder = new Folder()
  const children: Child[] = []
  let plc: MelsecDevice
  let queue: Queue
  let path: string

  beforeEach(async () => {
    plc = await MelsecDevice.start({ series: 'q' })
    path = folder.file(`live-${performance.now()}`)
    queue = Queue.create(path, { capacityBytes: LIVE_CAPACITY_BYTES })
  })
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill()
    queue.destroy()
    await plc.close()
  })
  after(() => folder.remove())

  function start(): Child {
    const child = new Child({ script: COLLECTOR })
    children.push(child)
    const tags = [
      { name: 'count', address: 'D100', type: 'uint32' },
      { name: 'runs', address: 'M5', type: 'bool' },
    ]
    child.send(
      configureFor(path, { name: 'press 4', supervisor: 's', host: '127.0.0.1', port: plc.port, interval: 100, tags }),
    )
    return child
  }

  /** Since the last call. */
  let lastId = 0
  function batches(): Batch[] {
    const found: Batch[] = []
    for (const { id, title, data } of queue.tail(lastId, 1000)) {
      lastId = id
      if (title !== TITLE_SAMPLES) continue
      assert.ok(data instanceof Uint8Array)
      found.push(decodeBatch(data) ?? assert.fail('a malformed batch'))
    }
    return found
  }

  const isLinked = (child: Child): boolean =>
    child.messages.some((said) => said.type === 'link' && said.link === 'connected')

  it('comes back by itself after a kill -9, when the PLC gives the place of its predecessor free, and says meanwhile why not', async () => {
    lastId = 0
    plc.memory.set('D', 100, 0x5678, 0x1234)
    plc.memory.set('M', 5, 1)
    plc.door.manners = { clientsMax: 1, turnAway: 'refuse', holdPlaceMs: HOLD_MS }
    const first = start()
    await first.message('link', ({ link }) => link === 'connected')
    await until(() => batches().some(({ values }) => values[0] === 0x1234_5678), PATIENCE_MS)
    await first.kill()
    batches()
    const second = start()
    const { reason } = await second.message('link', ({ link }) => link === 'disconnected')
    assert.match(
      reason,
      /Many allow one connection to a port only, and keep the place of a client that died for a while/,
    )
    const seen: Batch[] = []
    await until(() => {
      seen.push(...batches())
      return isLinked(second) && seen.at(-1)?.bad.size === 0
    }, PATIENCE_MS)
    assert.deepEqual(seen.at(-1)?.values, VALUES)
    assert.ok(seen.some(({ bad }) => /keep the place/.test(bad.get(0) ?? '')))
    for (const { values, bad } of seen) {
      assert.deepEqual(values, bad.size === 0 ? VALUES : [null, null])
    }
  }).timeout(60_000)
})
