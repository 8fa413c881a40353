// Takes jobs out of a queue and does them: `node worker.js [file]`. Start two or more: each job goes to one of them. Kill one,
// or stop it with Ctrl-Z: what it held goes to another one when its lease has ended. Ends after 2 s without jobs.

const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { Queue, QueueError } = require('@collector-supervisor/node-red-collectors/queue')

const [path = join(tmpdir(), 'jobs.queue')] = process.argv.slice(2)
const queue = Queue.connect(path)
let done = 0

async function main() {
  for (;;) {
    let jobs
    try {
      // for 10 s these are ours alone; one that takes longer calls queue.extend([id], leaseMs) meanwhile
      jobs = await queue.receiveWithin('workers', { max: 10, leaseMs: 10_000, timeoutMs: 2000 })
    } catch (error) {
      if (error instanceof QueueError && error.kind === 'QueueEmpty') break
      throw error
    }
    for (const job of jobs) {
      switch (await attempt(job)) {
        case 'done':
          // 0 if the lease had ended and another worker has taken it: then it will be done twice, so do what may be done twice
          done += queue.ack([job.id])
          break
        case 'later':
          queue.retry([job.id], { delayMs: 200, reason: 'not possible right now' })
          break
        case 'never':
          // kept with its content: queue.deadLetters({ max: 10 }), queue.requeueDead(), queue.discardDead()
          queue.dead([job.id], 'nobody can do number 13')
          break
      }
    }
  }
  const { pending, claimed, retry, dead, sent, delivered, dropped } = queue.status()
  queue.close()
  console.log(`did ${done} jobs`)
  // at every moment: sent = delivered + pending + claimed + retry + dead + dropped
  console.log(JSON.stringify({ sent, delivered, pending, claimed, retry, dead, dropped }))
}

/** What the work is: some of it fails the first time, some always. */
async function attempt({ data, attempts }) {
  await new Promise((resolve) => setTimeout(resolve, 2))
  if (data.number === 13) return 'never'
  if (data.number % 7 === 0 && attempts === 0) return 'later'
  return 'done'
}

main()
