// Holds a simulated device that runs in a process of its own (main.ts).

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { asCount, asRecord } from '../../lib/contract/parse'
import type { DeviceAnswer, DeviceCommand, DeviceStatus } from './commands'
import type { EngineName } from './engines/engine'

const START_LIMIT_MS = 20_000
const ANSWER_LIMIT_MS = 10_000
const END_LIMIT_MS = 5000

export class DeviceProcess {
  readonly pid: number
  readonly port: number
  private readonly child: ChildProcessByStdio<Writable, Readable, null>
  private readonly lines: AsyncIterator<string>
  private nextId = 1
  /** Answers come in the order of the commands, so one waits for the other. */
  private tail: Promise<unknown> = Promise.resolve()

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    ready: { port: number; pid: number },
  ) {
    this.child = child
    this.lines = lines
    this.port = ready.port
    this.pid = ready.pid
  }

  static async start(options: { port?: number; engine?: EngineName } = {}): Promise<DeviceProcess> {
    const args = ['--port', String(options.port ?? 0), '--engine', options.engine ?? 'modbus-serial']
    const child = spawn(process.execPath, [join(__dirname, 'main.js'), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    // A command to a process that has just died fails by its deadline, not by this.
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    try {
      const ready = await nextObject(lines, START_LIMIT_MS)
      const [port, pid] = [asCount(ready.port), asCount(ready.pid)]
      if (port === undefined || pid === undefined) throw new Error('the simulator said something else than its port')
      return new DeviceProcess(child, lines, { port, pid })
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Settles when the device has done it; rejects with what the device says against it. */
  send(command: DeviceCommand): Promise<DeviceAnswer> {
    const answer = this.tail.then(() => this.exchange(command))
    this.tail = answer.catch(() => {})
    return answer
  }

  async status(): Promise<DeviceStatus> {
    const { port, requests, connections, clients } = await this.send({ command: 'status' })
    if (port === undefined || requests === undefined || connections === undefined || clients === undefined) {
      throw new Error('the simulator sent no status')
    }
    return { port, requests, connections, clients }
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    const late = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS)
    this.child.stdin.end()
    await ended
    clearTimeout(late)
  }

  private async exchange(command: DeviceCommand): Promise<DeviceAnswer> {
    const id = this.nextId++
    this.child.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
    const answer = await nextObject(this.lines, ANSWER_LIMIT_MS)
    if (answer.id !== id) throw new Error(`answer ${String(answer.id)} to command ${id}`)
    if (answer.ok !== true) throw new Error(`${command.command}: ${String(answer.error)}`)
    const [port, requests, connections, clients] = [
      answer.port,
      answer.requests,
      answer.connections,
      answer.clients,
    ].map(asCount)
    const values = Array.isArray(answer.values) ? answer.values.filter((value) => typeof value === 'number') : undefined
    return { port, requests, connections, clients, values }
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
