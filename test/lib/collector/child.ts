// A real collector process with the fake reader, and waits with a deadline for what it does.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Configure, type FromChild, parseFromChild } from '../../../lib/contract/control'
import { CONTROL_VERSION, LIVE_CAPACITY_BYTES } from '../../../lib/contract/limits'

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
  stderr = ''
  #changed: (() => void)[] = []

  constructor({ configureMs = 30_000 } = {}) {
    this.process = fork(join(FIXTURES, 'fake-collector.js'), [String(configureMs)], {
      execArgv: SANDBOX,
      serialization: 'advanced',
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.process.on('message', (input) => {
      const message = parseFromChild(input)
      if (!message) throw new Error(`not a message of a child: ${JSON.stringify(input)}`)
      this.messages.push(message)
      for (const changed of this.#changed.splice(0)) changed()
    })
    const stderr = this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    // Not `close`, which does not come once we have disconnected.
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
    this.process.send(message, (error) => {
      if (error && this.process.connected) throw error
    })
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
