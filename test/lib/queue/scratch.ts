// What the tests of the queue share: a folder of their own, child processes, and a wait with a deadline.

import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Queue, QueueError, type QueueErrorKind, type QueueStatus } from '../../../lib/queue/queue'

export { envelope, TIME } from './scratch-envelope'

/** A folder for a suite that goes with it. */
export function scratchFolder(): { file(name?: string): string } {
  let path = ''
  let files = 0
  before(() => {
    path = mkdtempSync(join(tmpdir(), 'queue-test-'))
  })
  after(() => rmSync(path, { recursive: true, force: true }))
  return { file: (name = `queue-${++files}`) => join(path, name) }
}

/** Closes them after each test, whatever has become of it. */
export function closing(): <Q extends { close(): void }>(queue: Q) => Q {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const queue of open.splice(0)) queue.close()
  })
  return (queue) => {
    open.push(queue)
    return queue
  }
}

export function assertQueueError(work: () => unknown, kind: QueueErrorKind, message?: RegExp): QueueError {
  try {
    work()
  } catch (thrown) {
    assert.ok(thrown instanceof QueueError, `not a QueueError: ${thrown}`)
    assert.equal(thrown.kind, kind, thrown.message)
    if (message) assert.match(thrown.message, message)
    return thrown
  }
  assert.fail(`expected ${kind}`)
}

/** All that is in the queue, in order. */
export function drain(queue: Queue, afterId = 0): unknown[] {
  const all: unknown[] = []
  for (let id = afterId; ; ) {
    const messages = queue.tail(id, 1000)
    const last = messages.at(-1)
    if (!last) return all
    all.push(...messages.map((message) => message.data))
    id = last.id
  }
}

/** Plain SQL on the file of a queue, as somebody else would do it. */
export function sql(
  path: string,
  text: string,
  ...values: (string | number | bigint | Uint8Array | null)[]
): unknown[] {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 2000')
    return database.prepare(text).all(...values)
  } finally {
    database.close()
  }
}

/** Takes the write lock of a queue in this process. */
export function locking(path: string): { release(): void } {
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  return { release: () => database.close() }
}

/** That the totals agree with each other and with the rows; returns them. */
export function assertBalance(queue: Queue): QueueStatus {
  const status = queue.status()
  const { sent, delivered, pending, claimed, retry, dead, dropped, messages } = status
  assert.equal(delivered + pending + claimed + retry + dead + dropped, sent, JSON.stringify(status))
  const [rows] = sql(
    queue.path,
    `SELECT (SELECT count(*) FROM message) AS messages, (SELECT total(weight) FROM message) AS waiting,
      (SELECT total(weight) FROM dead_letter) AS dead,
      (SELECT count(*) FROM claim WHERE id NOT IN (SELECT id FROM message)) AS orphans`,
  )
  assert.deepEqual(
    { ...(rows as object) },
    { messages, waiting: pending + claimed + retry, dead, orphans: 0 },
    JSON.stringify(status),
  )
  for (const part of [delivered, pending, claimed, retry, dead, dropped]) assert.ok(part >= 0, JSON.stringify(status))
  return status
}

export function assertIntact(path: string): void {
  const [row] = sql(path, 'SELECT integrity_check AS verdict FROM pragma_integrity_check')
  assert.deepEqual({ ...(row as object) }, { verdict: 'ok' })
}

export async function until(what: string, isSo: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!isSo()) {
    assert.ok(performance.now() < end, `not within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export type Child = { process: ChildProcess; kill(signal?: NodeJS.Signals): Promise<void>; messages: unknown[] }

/** Starts a file beside the tests; none survives its suite. */
export function forking(): (file: string, args: string[], execArgv?: string[]) => Child {
  const children: ChildProcess[] = []
  after(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  return (file, args, execArgv = []) => {
    const child = fork(join(__dirname, file), args, { execArgv: ['--no-warnings', ...execArgv] })
    children.push(child)
    const exited = once(child, 'exit')
    const messages: unknown[] = []
    child.on('message', (message) => messages.push(message))
    return {
      process: child,
      messages,
      async kill(signal = 'SIGKILL') {
        child.kill(signal)
        await exited
      },
    }
  }
}
