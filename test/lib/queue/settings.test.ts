import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type CreateOptions, Queue } from '../../../lib/queue/queue'
import { assertBalance, assertQueueError, closing, envelope, scratchFolder, sql } from './scratch'

const capacityBytes = 256 * 1024

describe('settings of a queue', () => {
  const folder = scratchFolder()
  const keep = closing()
  const make = (options: Partial<CreateOptions> = {}, path = folder.file()) =>
    keep(Queue.create(path, { capacityBytes, ...options }))

  /** `PRAGMA synchronous` of the connections that are opened meanwhile. */
  const synchronousOf = (open: () => unknown) => {
    const levels = new Map<DatabaseSync, number>()
    const { exec } = DatabaseSync.prototype
    DatabaseSync.prototype.exec = function (text: string) {
      exec.call(this, text)
      if (text.includes('synchronous')) levels.set(this, Number(this.prepare('PRAGMA synchronous').get()?.synchronous))
    }
    try {
      open()
    } finally {
      DatabaseSync.prototype.exec = exec
    }
    return [...levels.values()]
  }

  const durabilities = [
    ['none', 0],
    ['commit', 1],
    ['power', 2],
  ] as const
  for (const [durability, level] of durabilities) {
    it(`${durability} is kept in the file, and sets up those who connect`, () => {
      const path = folder.file()
      assert.deepEqual(
        synchronousOf(() => make({ durability }, path)),
        [level],
      )
      assert.deepEqual(
        synchronousOf(() => keep(Queue.connect(path))),
        [level],
      )
    })
  }

  it('are none and drop-oldest unless said otherwise', () => {
    const path = make().path
    const [row] = sql(path, 'SELECT durability, when_full FROM queue')
    assert.deepEqual({ ...(row as object) }, { durability: 'none', when_full: 'drop-oldest' })
  })

  it('may be changed by creating again, messages and totals stay', () => {
    const queue = make()
    queue.send(envelope(1, { weight: 3 }))
    const again = make({ durability: 'power', whenFull: 'refuse', capacityBytes: 2 * capacityBytes }, queue.path)
    assert.equal(assertBalance(again).pending, 3)
    const [row] = sql(queue.path, 'SELECT durability, when_full, capacity_bytes FROM queue')
    assert.deepEqual({ ...(row as object) }, { durability: 'power', when_full: 'refuse', capacity_bytes: 512 * 1024 })
  })

  for (const wrong of [{ durability: 'comit' }, { whenFull: 'block' }]) {
    it(`that do not exist are refused, and the file stays as it is: ${JSON.stringify(wrong)}`, () => {
      const path = folder.file()
      const options = { capacityBytes, ...wrong } as unknown as CreateOptions
      assertQueueError(() => Queue.create(path, options), 'CreationFailed')
      assert.equal(existsSync(path), false)
    })
  }

  for (const column of ['durability', 'when_full']) {
    it(`that are lost keep others from connecting until it is created again: ${column}`, () => {
      const path = make().path
      sql(path, `UPDATE queue SET ${column} = 'nonsense'`)
      assertQueueError(() => Queue.connect(path), 'CorruptedData')
      assert.equal(make({}, path).setAside, undefined)
      keep(Queue.connect(path))
    })
  }

  it('that refuse when full lose nothing: QueueFull until there is room again', () => {
    const queue = make({ whenFull: 'refuse' })
    const sender = keep(Queue.connect(queue.path))
    let sent = 0
    const fill = () => {
      while (sent < 1000) {
        sender.send(envelope(new Uint8Array(1000), { weight: 2 }))
        sent++
      }
    }
    assertQueueError(fill, 'QueueFull', /full/)
    assert.ok(sent > 100)
    const { pending, dropped, bytes } = assertBalance(queue)
    assert.deepEqual({ pending, dropped }, { pending: 2 * sent, dropped: 0 })
    assert.ok(bytes <= capacityBytes)
    assertQueueError(() => queue.send(envelope(new Uint8Array(1000))), 'QueueFull')
    queue.ack(queue.receive('reader', { max: 50, leaseMs: 1000 }).map(({ id }) => id))
    assertQueueError(fill, 'QueueFull')
    assert.equal(assertBalance(queue).dropped, 0)
    // a consumer can go on at any time, dead letters included
    const ids = queue.receive('reader', { max: 1000, leaseMs: 1000 }).map(({ id }) => id)
    queue.dead(ids.slice(0, 10), 'x')
    queue.retry(ids.slice(10, 20), { delayMs: 0, reason: 'x' })
    assert.equal(queue.ack(ids), ids.length - 20)
    assertBalance(queue)
  })

  it('are of no use in a folder that cannot be written: said by name, and nothing is moved', () => {
    const sealed = folder.file('sealed')
    mkdirSync(sealed)
    const path = join(sealed, 'queue')
    make({}, path).close()
    chmodSync(path, 0o444)
    chmodSync(sealed, 0o555)
    chmodSync(folder.file(''), 0o755)
    const program = `
      const { Queue } = require(${JSON.stringify(require.resolve('../../../lib/queue/queue'))})
      const kindOf = (work) => { try { work(); return 'done' } catch (thrown) { return thrown.kind } }
      const [path, none] = process.argv.slice(1)
      const options = { capacityBytes: ${capacityBytes} }
      console.log(JSON.stringify([
        kindOf(() => Queue.create(none, options)),
        kindOf(() => Queue.create(path, { capacityBytes: ${2 * capacityBytes} })),
        kindOf(() => Queue.replace(path, options, { sent: 0, delivered: 0, dropped: 0 })),
      ]))`
    // for root nothing is sealed
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, path, join(sealed, 'none')], {
      ...nobody,
      encoding: 'utf8',
      timeout: 10_000,
    })
    chmodSync(sealed, 0o755)
    assert.equal(stdout.trim(), JSON.stringify(['CreationFailed', 'CreationFailed', 'CreationFailed']), stderr)
    assert.deepEqual(readdirSync(sealed), ['queue'])
  })
})
