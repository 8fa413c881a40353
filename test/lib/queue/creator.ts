// A process that creates a queue when it is told to, and sends its name. argv: path, name. Tells its parent how it went.

import { Queue } from '../../../lib/queue/queue'
import { envelope } from './scratch-envelope'

const [path = '', name = ''] = process.argv.slice(2)

process.once('message', () => {
  const queue = Queue.create(path, { capacityBytes: 1024 * 1024 })
  queue.send(envelope(name))
  process.send?.({ created: true, setAside: queue.setAside ?? null })
  queue.close()
  process.disconnect()
})
process.send?.('ready')
