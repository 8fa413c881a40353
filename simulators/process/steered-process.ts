// Holds a simulated device that runs in a process of its own and obeys lines (command-lines.ts).

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { asCount, asRecord } from '../../lib/contract/parse'

const START_LIMIT_MS = 20_000
const ANSWER_LIMIT_MS = 10_000
const END_LIMIT_MS = 5000

type Answer = Record<string, unknown>

export class SteeredProcess {
  readonly pid: number
  readonly port: number
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  #nextId = 1
  /** Answers come in the order of the commands, so one waits for the other. */
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    ready: { port: number; pid: number },
  ) {
    this.#child = child
    this.#lines = lines
    this.port = ready.port
    this.pid = ready.pid
  }

  static async start(script: string, args: readonly string[]): Promise<SteeredProcess> {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    // A command to a process that has just died fails by its deadline, not by this.
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    try {
      const ready = await nextObject(lines, START_LIMIT_MS)
      const [port, pid] = [asCount(ready.port), asCount(ready.pid)]
      if (port === undefined || pid === undefined) throw new Error('the simulator said something else than its port')
      return new SteeredProcess(child, lines, { port, pid })
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Settles when the device has done it; rejects with what the device says against it. */
  send(command: { command: string }): Promise<Answer> {
    const answer = this.#tail.then(() => this.#exchange(command))
    this.#tail = answer.catch(() => {})
    return answer
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
    child.stdin.end()
    await ended
    clearTimeout(late)
  }

  async #exchange(command: { command: string }): Promise<Answer> {
    const id = this.#nextId++
    this.#child.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
    const answer = await nextObject(this.#lines, ANSWER_LIMIT_MS)
    if (answer.id !== id) throw new Error(`answer ${String(answer.id)} to command ${id}`)
    if (answer.ok !== true) throw new Error(`${command.command}: ${String(answer.error)}`)
    return answer
  }
}

async function nextObject(lines: AsyncIterator<string>, limitMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the simulator said nothing for ${limitMs} ms`)), limitMs)
  })
  try {
    const line = await Promise.race([lines.next(), late])
    if (line.done) throw new Error('the simulator has ended')
    const record = asRecord(JSON.parse(line.value))
    if (!record) throw new Error(`the simulator said ${line.value}`)
    return record
  } finally {
    clearTimeout(timer)
  }
}
