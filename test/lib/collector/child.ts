// A real collector process with the fake reader, and waits with a deadline for what it does.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Duplex } from 'node:stream'
import { type Configure, type FromChild, parseFromChild } from '../../../lib/contract/control'
import { CONTROL_FD, CONTROL_LINE_MAX, CONTROL_VERSION, LIVE_CAPACITY_BYTES } from '../../../lib/contract/limits'
import { LineSplitter } from '../../../lib/contract/line-splitter'

export const FIXTURES = join(__dirname, '../../fixtures/collector')
/** The flags that a collector is meant to live with. */
const SANDBOX = [
  '--permission',
  `--allow-fs-read=${join(__dirname, '../../../*')}`,
  '--max-old-space-size=32',
  '--disable-proto=delete',
]
/** How long anything may take on a busy machine. */
const PATIENCE_MS = 8000

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export class Child {
  readonly messages: FromChild[] = []
  readonly process: ChildProcess
  readonly exit: Promise<Exit>
  stdout = ''
  stderr = ''
  readonly #control: Duplex
  #changed: (() => void)[] = []

  /** `script` may lie anywhere: it may read its own folder. `args` are those of another collector, flags included. */
  constructor(options: { configureMs?: number; script?: string; args?: string[]; env?: Record<string, string> } = {}) {
    const { configureMs = 30_000, script = join(FIXTURES, 'fake-collector.js'), env } = options
    const flags = [...SANDBOX, `--allow-fs-read=${join(dirname(script), '*')}`]
    this.process = spawn(process.execPath, options.args ?? [...flags, script, String(configureMs)], {
      detached: true,
      ...(env && { env }),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    this.#control = controlOf(this.process)
    const lines = new LineSplitter(CONTROL_LINE_MAX)
    this.#control.on('data', (chunk: Buffer) => {
      for (const { bytes } of lines.push(chunk)) {
        const text = Buffer.from(bytes).toString('utf8')
        const message = parseFromChild(JSON.parse(text))
        if (!message) throw new Error(`not a message of a child: ${text}`)
        this.messages.push(message)
      }
      for (const changed of this.#changed.splice(0)) changed()
    })
    // That the child has ended is told by its exit.
    this.#control.on('error', () => {})
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    const stderr = this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exit = once(this.process, 'exit').then(async ([code, signal]) => {
      if (stderr && !stderr.readableEnded) await once(stderr, 'end')
      return { code, signal }
    })
  }

  get pid(): number {
    const { pid } = this.process
    if (pid === undefined) throw new Error('the process did not start')
    return pid
  }

  /** Sends even what is no control message. */
  send(message: object): void {
    this.#control.write(`${JSON.stringify(message)}\n`)
  }

  /** Like a supervisor that is gone. */
  disconnect(): void {
    this.#control.destroy()
  }

  /** The first message of this type that also meets the condition, from those that came or will come. */
  async message<T extends FromChild['type']>(
    type: T,
    fits: (message: Extract<FromChild, { type: T }>) => boolean = () => true,
  ): Promise<Extract<FromChild, { type: T }>> {
    const isIt = (message: FromChild): message is Extract<FromChild, { type: T }> => message.type === type
    return patiently(`a message ${type}`, async () => {
      for (;;) {
        const found = this.messages.filter(isIt).find(fits)
        if (found) return found
        await new Promise<void>((resolve) => this.#changed.push(resolve))
      }
    })
  }

  async ended(): Promise<Exit> {
    return patiently('the end of the process', () => this.exit)
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended()
  }
}

export function controlOf(child: ChildProcess): Duplex {
  const control = child.stdio[CONTROL_FD]
  if (!(control instanceof Duplex)) throw new Error('the process has no control channel')
  return control
}

/** Settles with the promise, or fails when it takes too long. */
export async function patiently<T>(what: string, wait: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([wait(), tooLong])
  } finally {
    clearTimeout(timer)
  }
}

/** A folder of one test's own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'collector-'))
  file(name: string): string {
    return join(this.path, name)
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export function configureFor(livePath: string, config: object = {}): Configure {
  return {
    type: 'configure',
    generation: 4,
    version: CONTROL_VERSION,
    name: 'press 4',
    recipient: 'node-1',
    live: { path: livePath, capacityBytes: LIVE_CAPACITY_BYTES },
    heartbeatMs: 50,
    config,
  }
}
