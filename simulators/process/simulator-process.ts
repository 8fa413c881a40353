// Holds a simulator that runs in a process of its own (serve.ts is its other end).

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { asCount, asRecord } from '../../lib/contract/parse'

const START_LIMIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000
const END_LIMIT_MS = 5000

export class SimulatorProcess {
  readonly pid: number
  /** What it said when it was ready. */
  readonly ready: Record<string, unknown>
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  #nextId = 1
  /** Answers come in the order of the commands, so one waits for the other. */
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    ready: Record<string, unknown>,
    pid: number,
  ) {
    this.#child = child
    this.#lines = lines
    this.ready = ready
    this.pid = pid
  }

  static async start(script: string, args: readonly string[]): Promise<SimulatorProcess> {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    // A command to a process that has just died fails by its deadline, not by this.
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    try {
      const ready = await nextObject(lines, START_LIMIT_MS)
      const pid = asCount(ready.pid)
      if (pid === undefined) throw new Error('the simulator said something else than its pid')
      return new SimulatorProcess(child, lines, ready, pid)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Settles with the answer when it is done; rejects with what the simulator says against it. */
  send(command: { command: string }): Promise<Record<string, unknown>> {
    const answer = this.#tail.then(() => this.#exchange(command))
    this.#tail = answer.catch(() => {})
    return answer
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_LIMIT_MS)
    this.#child.stdin.end()
    await ended
    clearTimeout(late)
  }

  async #exchange(command: { command: string }): Promise<Record<string, unknown>> {
    const id = this.#nextId++
    this.#child.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
    const answer = await nextObject(this.#lines, ANSWER_LIMIT_MS)
    if (answer.id !== id) throw new Error(`answer ${String(answer.id)} to command ${id}`)
    if (answer.ok !== true) throw new Error(`${command.command}: ${String(answer.error)}`)
    return answer
  }
}

async function nextObject(lines: AsyncIterator<string>, limitMs: number): Promise<Record<string, unknown>> {
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
