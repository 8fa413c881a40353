// How much goes from one process to another in bulk: through the durable queue, claimed and acknowledged, beside the same
// batches through a raw pipe, and as objects through `child.send`. Sender and receiver do what they would do with readings:
// encode and decode each batch of 100 numbers. Measured from the first arrival to the last.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Batch, decodeBatch, encodeBatch } from '../lib/contract/batch'
import { TITLE_SAMPLES } from '../lib/contract/limits'
import { Queue } from '../lib/queue/queue'

/** Messages/s, one value per run. */
export type Throughput = { queue: number[]; pipe: number[]; childSend: number[] }
type Way = keyof Throughput

const MESSAGES: Record<Way, number> = { queue: 100_000, pipe: 200_000, childSend: 20_000 }
const VALUES = 100
/** Messages a transaction of the queue, and most that are written at once to a pipe. */
const PORTION = 500
const CAPACITY_BYTES = 256 * 1024 * 1024
const LEASE_MS = 60_000
const TIMEOUT_MS = 60_000
const LENGTH_BYTES = 4

export async function measureThroughput(runs: number): Promise<Throughput> {
  const result: Throughput = { queue: [], pipe: [], childSend: [] }
  for (let run = 0; run < runs; run++) {
    result.queue.push(await queue())
    result.pipe.push(await pipe())
    result.childSend.push(await childSend())
  }
  return result
}

async function queue(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'collectors-bench-'))
  const path = join(folder, 'durable.queue')
  const queue = Queue.create(path, { capacityBytes: CAPACITY_BYTES, durability: 'commit', whenFull: 'refuse' })
  const child = start('queue', path)
  try {
    return await timed('queue', async (arrived) => {
      const options = { max: PORTION, leaseMs: LEASE_MS, timeoutMs: TIMEOUT_MS }
      for (let left = MESSAGES.queue; left > 0; ) {
        const messages = await queue.receiveWithin('node', options)
        for (const { data } of messages) check(data)
        left -= queue.ack(messages.map(({ id }) => id))
        arrived()
      }
    })
  } finally {
    await end(child)
    queue.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pipe(): Promise<number> {
  const child = start('pipe')
  try {
    return await timed('pipe', async (arrived) => {
      let left = MESSAGES.pipe
      let rest: Buffer = Buffer.alloc(0)
      for await (const chunk of child.stdout as Readable) {
        const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        let at = 0
        while (bytes.length - at >= LENGTH_BYTES) {
          const end = at + LENGTH_BYTES + bytes.readUInt32LE(at)
          if (end > bytes.length) break
          check(bytes.subarray(at + LENGTH_BYTES, end))
          at = end
          left--
        }
        rest = bytes.subarray(at)
        arrived()
        if (left <= 0) return
      }
    })
  } finally {
    await end(child)
  }
}

async function childSend(): Promise<number> {
  const child = start('childSend')
  try {
    return await timed('childSend', async (arrived) => {
      await new Promise<void>((resolve) => {
        let left = MESSAGES.childSend
        child.on('message', () => {
          arrived()
          if (--left === 0) resolve()
        })
      })
    })
  } finally {
    await end(child)
  }
}

/** Messages/s from the first arrival on, so that the start of a process is not counted. */
async function timed(way: Way, receive: (arrived: () => void) => Promise<void>): Promise<number> {
  let beganAt: number | undefined
  await receive(() => {
    beganAt ??= performance.now()
  })
  return (MESSAGES[way] * 1000) / (performance.now() - (beganAt ?? Number.NaN))
}

function start(way: Way, path = ''): ChildProcess {
  return fork(__filename, [way, path], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function check(bytes: unknown): void {
  if (bytes instanceof Uint8Array && decodeBatch(bytes)?.values.length === VALUES) return
  throw new Error('what arrived is not what was sent')
}

const values = Array.from({ length: VALUES }, (_, index) => Math.sin(index))

function batch(cycle: number): Batch {
  const time = Date.now()
  return { generation: 1, revision: 1, cycle, time, values, bad: new Map(), sourceTimes: new Map() }
}

/** The other process. */
async function produce(way: Way, path: string): Promise<void> {
  const count = MESSAGES[way]
  switch (way) {
    case 'queue': {
      const queue = Queue.connect(path)
      const time = new Date().toISOString()
      const message = (cycle: number) => {
        return { origin: 'reader', to: 'node', title: TITLE_SAMPLES, data: encodeBatch(batch(cycle)), time }
      }
      for (let sent = 0; sent < count; sent += PORTION) {
        queue.send(Array.from({ length: PORTION }, (_, index) => message(sent + index)))
      }
      return queue.close()
    }
    case 'pipe':
      for (let sent = 0; sent < count; sent++) {
        const bytes = encodeBatch(batch(sent))
        const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length)
        frame.writeUInt32LE(bytes.length)
        frame.set(bytes, LENGTH_BYTES)
        if (!process.stdout.write(frame)) await once(process.stdout, 'drain')
      }
      return
    case 'childSend':
      for (let sent = 0; sent < count; sent++) {
        const { generation, revision, cycle, time, values } = batch(sent)
        await new Promise((resolve) => process.send?.({ generation, revision, cycle, time, values }, resolve))
      }
  }
}

if (require.main === module) {
  const [, , way, path = ''] = process.argv
  if (way === 'queue' || way === 'pipe' || way === 'childSend') void produce(way, path)
}
