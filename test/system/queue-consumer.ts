// A process that receives messages and disposes of them: argv: path, name, lease in ms, what it does: `ack` always, or `all`
// that a consumer may do. What it holds stands in `<path>.held`, one line "name message from until" each, before it is given
// up; "until" is when it was about to be. Times in ms on the machine's monotonic clock.

import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import { type Message, Queue, QueueError } from '../../lib/queue/queue'

const [path = '', name = '', leaseMs = '1000', manner = 'ack'] = process.argv.slice(2)

async function main(): Promise<void> {
  const queue = Queue.connect(path, { busyTimeoutMs: 10_000 })
  process.send?.('ready')
  for (;;) {
    const max = manner === 'ack' ? 500 : 1 + Math.floor(Math.random() * 40)
    const messages = await received(queue, max)
    const from = now()
    if (manner !== 'ack') await delay(Math.random() * 5)
    const until = now()
    appendFileSync(`${path}.held`, messages.map((message) => `${name} ${nameOf(message)} ${from} ${until}\n`).join(''))
    const ids = messages.map(({ id }) => id)
    insistently(disposal(queue, ids, messages))
  }
}

/** On a busy machine another process may have the lock for longer than a call waits. */
function insistently(call: () => void): void {
  for (;;) {
    try {
      call()
      return
    } catch (thrown) {
      if (!(thrown instanceof QueueError && thrown.busy)) throw thrown
    }
  }
}

async function received(queue: Queue, max: number): Promise<Message[]> {
  for (;;) {
    try {
      return await queue.receiveWithin('workers', { max, leaseMs: Number(leaseMs), timeoutMs: 1000 })
    } catch (thrown) {
      if (!(thrown instanceof QueueError && (thrown.kind === 'QueueEmpty' || thrown.busy))) throw thrown
    }
  }
}

function disposal(queue: Queue, ids: number[], messages: Message[]): () => void {
  const chance = manner === 'ack' ? 0 : Math.random()
  if (chance < 0.6) return () => queue.ack(ids)
  const delayMs = Math.floor(Math.random() * 20)
  if (chance < 0.75) return () => queue.retry(ids, { delayMs, reason: 'random' })
  if (chance < 0.85) return () => queue.dead(ids, 'random')
  const [first] = messages
  if (chance >= 0.95 || !first) return () => {}
  // the first of them is refused, in a message of its own
  return () => queue.settle({ done: ids, dead: [{ message: { ...first, title: 'refused' }, reason: 'random' }] })
}

function nameOf({ data }: Message): string {
  const { name, number } = asRecord(data) ?? {}
  return `${name}/${number}`
}

function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

process.once('disconnect', () => process.exit())
void main()
