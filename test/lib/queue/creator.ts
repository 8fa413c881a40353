// A process that creates a queue at the very time it is told, and sends its name. argv: path, name. Tells its parent how it went.

import { Queue } from '../../../lib/queue/queue'
import { envelope } from './scratch-envelope'

const [path = '', name = ''] = process.argv.slice(2)

process.once('message', (time) => {
  while (Date.now() < Number(time)) {
    // to the millisecond together with the others
  }
  const queue = Queue.create(path, { capacityBytes: 1024 * 1024 })
  queue.send(envelope(name))
  process.send?.({ created: true, setAside: queue.setAside ?? null })
  queue.close()
  process.disconnect()
})
process.send?.('ready')
