// A process that reads and discards without pause. argv: path. Tells its parent {discarded}.

import { Queue } from '../../../lib/queue/queue'

const queue = Queue.connect(process.argv[2] ?? '', { busyTimeoutMs: 5000 })
let last = 0

function turn(): void {
  last = queue.tail(last, 50).at(-1)?.id ?? last
  const discarded = queue.discardThrough(last)
  if (discarded > 0) process.send?.({ discarded })
  setImmediate(turn)
}

process.once('disconnect', () => process.exit())
turn()
