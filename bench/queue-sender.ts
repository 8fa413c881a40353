// Another process that sends to a queue. Arguments: path, interval in ms. Ends with its channel.

import { encodeBatch } from '../lib/contract/batch'
import type { Envelope } from '../lib/contract/envelope'
import { TITLE_SAMPLES } from '../lib/contract/limits'
import { Queue } from '../lib/queue/queue'

const VALUES = 100
const values = Array.from({ length: VALUES }, (_, index) => index)

/** The cycle of a reader with 100 numbers. */
export function sampleEnvelope(cycle: number): Envelope<Uint8Array> {
  const time = new Date()
  const batch = {
    generation: 1,
    revision: 1,
    cycle,
    time: time.getTime(),
    values,
    bad: new Map(),
    sourceTimes: new Map(),
  }
  return { origin: 'reader', to: 'node', title: TITLE_SAMPLES, data: encodeBatch(batch), time: time.toISOString() }
}

if (require.main === module) {
  const [path = '', intervalMs = '0'] = process.argv.slice(2)
  const queue = Queue.connect(path)
  let cycle = 0
  setInterval(() => queue.send(sampleEnvelope(++cycle)), Number(intervalMs))
  process.on('disconnect', () => process.exit(0))
}
