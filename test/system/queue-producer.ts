// A process that sends numbered messages: argv: path, name, how many (0 = without end), messages a transaction. What a send has
// returned for stands in `<path>.sent`, one line "name number weight" each.

import { appendFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { Queue, QueueError } from '../../lib/queue/queue'

const [path = '', name = '', count = '0', portion = '1'] = process.argv.slice(2)

async function main(): Promise<void> {
  const queue = Queue.connect(path, { busyTimeoutMs: 10_000, compressAboveBytes: 300 })
  process.send?.('ready')
  const end = Number(count) || Number.POSITIVE_INFINITY
  for (let number = 0; number < end; number += Number(portion)) {
    const messages = Array.from({ length: Number(portion) }, (_, index) => ({
      origin: name,
      to: 'workers',
      title: 'job',
      data: { name, number: number + index, filling: 'x'.repeat((number * 37) % 900) },
      time: new Date().toISOString(),
      weight: (number + index) % 5,
    }))
    try {
      queue.send(messages)
    } catch (thrown) {
      if (!(thrown instanceof QueueError && (thrown.kind === 'QueueFull' || thrown.busy))) throw thrown
      number -= Number(portion)
      await new Promise((resolve) => setTimeout(resolve, 20))
      continue
    }
    const lines = messages.map(({ data, weight }) => `${name} ${data.number} ${weight}\n`)
    appendFileSync(`${path}.sent`, lines.join(''))
    await turn()
  }
  queue.close()
  process.disconnect()
}

process.once('disconnect', () => process.exit())
void main()
