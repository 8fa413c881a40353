// What the live queue costs: `node dist/bench/queue.js [producers] [messages/s each] [seconds]`. Every message has 100 values.
// send: how long a producer is busy with one; tail and discard: main-thread CPU of a consumer that drains every 20 ms and discards
// every second. The first half, in which the processes start, is not counted. Then what the durable queue carries in bulk.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBatch } from '../lib/contract/batch'
import { LIVE_CAPACITY_BYTES, TITLE_SAMPLES } from '../lib/contract/limits'
import { type Message, Queue } from '../lib/queue/queue'
import { median } from './measure/statistic'
import { measureThroughput } from './queue-throughput'

const DRAIN_MS = 20
const DISCARD_MS = 1000
const none = new Map<number, never>()

function produce(path: string, name: string, rate: number, seconds: number): void {
  const queue = Queue.connect(path)
  const values = Array.from({ length: 100 }, Math.random)
  const tookUs: number[] = []
  const timer = setInterval(() => {
    const time = Date.now()
    const cycle = tookUs.length + 1
    const data = encodeBatch({ generation: 1, revision: 1, cycle, time, values, bad: none, sourceTimes: none })
    const begin = performance.now()
    queue.send({ origin: name, to: name, title: TITLE_SAMPLES, data, time: new Date(time).toISOString() })
    tookUs.push((performance.now() - begin) * 1000)
    if (tookUs.length < rate * seconds) return
    clearInterval(timer)
    process.send?.(tookUs.slice(tookUs.length / 2))
    process.disconnect()
  }, 1000 / rate)
}

async function consume(producers: number, rate: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'queue-bench-'))
  const queue = Queue.create(join(folder, 'live'), { capacityBytes: LIVE_CAPACITY_BYTES, busyTimeoutMs: 0 })
  const tookUs: number[] = []
  const exits: Promise<unknown>[] = []
  for (let index = 0; index < producers; index++) {
    const child = fork(__filename, ['producer', queue.path, `reader-${index}`, String(rate), String(seconds)])
    child.on('message', (all) => {
      if (Array.isArray(all)) tookUs.push(...all.map(Number))
    })
    exits.push(once(child, 'exit'))
  }
  let last = 0
  let messages = 0
  let longestMs = 0
  let busy = 0
  let largestBytes = 0
  const measured = (work: () => void) => {
    const begin = performance.now()
    const cpu = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(cpu)
    if (isCounted()) longestMs = Math.max(longestMs, performance.now() - begin)
    return user + system
  }
  let drainUs = 0
  let discardUs = 0
  let counted = 0
  const isCounted = () => messages > (producers * rate * seconds) / 2
  const draining = setInterval(() => {
    let slice: Message[] = []
    const usedUs = measured(() => {
      slice = queue.tail(last, 1000)
    })
    last = slice.at(-1)?.id ?? last
    messages += slice.length
    if (!isCounted()) return
    drainUs += usedUs
    counted += slice.length
  }, DRAIN_MS)
  const discarding = setInterval(() => {
    largestBytes = Math.max(largestBytes, statSync(queue.path).size + statSync(`${queue.path}-wal`).size)
    const usedUs = measured(() => {
      try {
        queue.discardThrough(last)
      } catch {
        busy++
      }
    })
    if (isCounted()) discardUs += usedUs
  }, DISCARD_MS)
  await Promise.all(exits)
  await new Promise((resolve) => setTimeout(resolve, 2 * DRAIN_MS))
  clearInterval(draining)
  clearInterval(discarding)
  tookUs.sort((a, b) => a - b)
  const percentile = (part: number) => Math.round(tookUs[Math.floor(tookUs.length * part)] ?? 0)
  console.table({
    messages,
    lost: producers * rate * seconds - messages,
    'send p50 µs': percentile(0.5),
    'send p99 µs': percentile(0.99),
    'send max µs': percentile(0.99999),
    'tail CPU µs a message': Math.round((drainUs / counted) * 10) / 10,
    'discard CPU µs a message': Math.round((discardUs / counted) * 100) / 100,
    'discards that were busy': busy,
    'longest tail or discard ms': Math.round(longestMs * 100) / 100,
    'largest files MB': Math.round(largestBytes / 1e4) / 100,
  })
  queue.destroy()
  rmSync(folder, { recursive: true })
}

const [, , ...args] = process.argv
if (args[0] === 'producer') produce(args[1] ?? '', args[2] ?? '', Number(args[3]), Number(args[4]))
else {
  void consume(Number(args[0] ?? 50), Number(args[1] ?? 10), Number(args[2] ?? 10))
    .then(() => measureThroughput(3))
    .then(({ queue, pipe, childSend }) => {
      const row = (rates: number[]) => ({
        'messages/s': Math.round(median(rates)),
        'values/s': Math.round(median(rates) * 100),
        'of the pipe': Math.round((median(rates) / median(pipe)) * 100) / 100,
      })
      console.table({ 'durable queue': row(queue), pipe: row(pipe), 'child.send': row(childSend) })
    })
}
