// A process without permission to write any file uses a queue all the same. argv: path of a queue, path to create one at.
// Tells its parent what happened.

import { writeFileSync } from 'node:fs'
import { Queue } from '../../../lib/queue/queue'
import { envelope } from './scratch-envelope'

const [path = '', newPath = ''] = process.argv.slice(2)
let mayWrite = true
try {
  writeFileSync(`${newPath}.txt`, 'x')
} catch {
  mayWrite = false
}
const queue = Queue.connect(path)
queue.send(envelope('from the sandbox'))
const received = queue.receive('reader', { max: 10 }).map((message) => message.data)
queue.close()
const own = Queue.create(newPath, { capacityBytes: 1024 * 1024 })
own.send(envelope('mine'))
own.close()
process.send?.({ mayWrite, received })
process.disconnect()
