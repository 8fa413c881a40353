// A monitor that is connected and then stopped (SIGSTOP): it takes nothing any more, and does not go away.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const PROGRAM = join(__dirname, '..', 'fixtures', 'stopping-monitor.js')

export class StoppedMonitor {
  readonly #process: ChildProcess

  private constructor(process: ChildProcess) {
    this.#process = process
  }

  static async open(url: string): Promise<StoppedMonitor> {
    const child = spawn(process.execPath, [PROGRAM, url.replace(/^http/, 'ws')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the monitor did not connect')))
    await Promise.race([once(child.stdout, 'data'), ended])
    ended.catch(() => {})
    child.kill('SIGSTOP')
    return new StoppedMonitor(child)
  }

  /** Goes on, and takes what lies before it. */
  resume(): void {
    this.#process.kill('SIGCONT')
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}
