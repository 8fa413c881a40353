// A process that claims all there is and disposes of it only when told so: argv: path, lease in ms. Tells its parent what it
// holds, and how many of them it still held at last.

import { Queue } from '../../lib/queue/queue'

const [path = '', leaseMs = '0'] = process.argv.slice(2)
const queue = Queue.connect(path)
const ids = queue.receive('workers', { max: 10, leaseMs: Number(leaseMs) }).map(({ id }) => id)
process.once('message', () => {
  process.send?.({
    ack: queue.ack(ids),
    extend: queue.extend(ids, 1000),
    retry: queue.retry(ids, { delayMs: 0, reason: 'late' }),
    dead: queue.dead(ids, 'late'),
  })
})
process.once('disconnect', () => process.exit())
process.send?.({ claimed: ids })
