// A process that sends numbered messages. argv: path, name, how many (0 = without end), messages a transaction, busy timeout ms,
// pause ms after every fifth transaction.
// Tells its parent {sent} now and then, once committed, and {done} at the end.

import { Queue, QueueError } from '../../../lib/queue/queue'
import { envelope } from './scratch-envelope'

const [path = '', name = '', count = '0', batch = '1', busyTimeoutMs = '5000', pauseMs = '0'] = process.argv.slice(2)
const queue = Queue.connect(path, { busyTimeoutMs: Number(busyTimeoutMs) })
const filling = new Array(50).fill(1.5)
let sent = 0

function turn(): void {
  const end = Number(count) || Number.POSITIVE_INFINITY
  for (let transactions = 0; transactions < 5 && sent < end; transactions++) {
    const envelopes = []
    for (let next = sent + 1; envelopes.length < Number(batch) && next <= end; next++) {
      envelopes.push(envelope({ name, number: next, filling }, { origin: name }))
    }
    try {
      queue.send(envelopes)
      sent += envelopes.length
    } catch (thrown) {
      if (!(thrown instanceof QueueError && thrown.busy)) throw thrown
    }
  }
  if (sent < end) {
    process.send?.({ sent })
    if (pauseMs === '0') setImmediate(turn)
    else setTimeout(turn, Number(pauseMs))
  } else {
    queue.close()
    process.send?.({ done: sent })
    process.disconnect()
  }
}

process.once('disconnect', () => process.exit())
turn()
