// Puts jobs into a queue: `node producer.js [file] [how many]`. Any number of them may run at once, before, while or after
// the workers do. Kill one at any moment: what its `send` has returned for is in the queue.

const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { Queue, QueueError } = require('@collector-supervisor/node-red-collectors/queue')

const [path = join(tmpdir(), 'jobs.queue'), count = '100'] = process.argv.slice(2)

// Opens the queue, or makes it; a file that is damaged is set aside, so this always works.
const queue = Queue.create(path, {
  capacityBytes: 64 * 1024 * 1024,
  durability: 'commit', // 'power' if no message may be lost when the power fails
  whenFull: 'refuse', // or 'drop-oldest', which never makes a producer wait
  compressAboveBytes: 1024,
})
if (queue.setAside) console.log(`what was there and was no queue is now ${queue.setAside}`)

async function main() {
  for (let number = 1; number <= Number(count); number++) {
    const job = {
      origin: `producer ${process.pid}`,
      to: 'workers', // only those who receive for `workers` get it
      title: 'job',
      data: { number },
      time: new Date().toISOString(),
    }
    await send(job, { priority: number % 10 === 0 ? 1 : 0 }) // every tenth is urgent
  }
  queue.close()
  console.log(`sent ${count} jobs to ${path}`)
}

async function send(message, options) {
  for (;;) {
    try {
      return queue.send(message, options) // many at once, as an array, are much quicker
    } catch (error) {
      // no room until the workers have done something; or somebody else has the lock: try again
      if (!(error instanceof QueueError && (error.kind === 'QueueFull' || error.busy))) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

main()
