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
    dispose(
      queue,
      messages.map(({ id }) => id),
      messages,
    )
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

function dispose(queue: Queue, ids: number[], messages: Message[]): void {
  const chance = manner === 'ack' ? 0 : Math.random()
  if (chance < 0.6) queue.ack(ids)
  else if (chance < 0.75) queue.retry(ids, { delayMs: Math.floor(Math.random() * 20), reason: 'random' })
  else if (chance < 0.85) queue.dead(ids, 'random')
  else if (chance < 0.95) {
    // the first of them is refused, in a message of its own
    const [first] = messages
    if (first) queue.settle({ done: ids, dead: [{ message: { ...first, title: 'refused' }, reason: 'random' }] })
  }
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
