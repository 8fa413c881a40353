// A serial line: two pseudo-terminals that socat joins, in a temporary folder. Where there is no socat its tests are
// skipped loudly, or fail under CI.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until'

const START_MS = 10_000
const paths = [process.env.SOCAT, '/usr/bin/socat', '/usr/local/bin/socat']

export class SerialPair {
  /** The two ends; they keep their names when the line is unplugged and back. */
  readonly reader: string
  readonly device: string
  readonly #socat: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'collector-serial-'))
  #child: ChildProcess | undefined

  private constructor(socat: string) {
    this.#socat = socat
    this.reader = join(this.#folder, 'reader')
    this.device = join(this.#folder, 'device')
  }

  /** For `before`: skips the suite, or throws, where there is no socat. */
  static async open(context?: Mocha.Context): Promise<SerialPair> {
    const socat = paths.find((path) => path !== undefined && existsSync(path))
    if (socat === undefined) {
      const advice = 'there is no socat: set SOCAT to its path'
      if (process.env.CI || !context) throw new Error(advice)
      console.warn(`      ${advice.toUpperCase()}. What needs it is not tested.`)
      return context.skip()
    }
    const pair = new SerialPair(socat)
    try {
      await pair.plug()
      return pair
    } catch (error) {
      await pair.dispose()
      throw error
    }
  }

  async plug(): Promise<void> {
    if (this.#child) return
    const ends = [this.reader, this.device].map((link) => `pty,rawer,link=${link}`)
    const child = spawn(this.#socat, ends, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-2000)
    })
    // It is heard of below: there are no ends.
    child.on('error', () => {})
    const isThere = (): boolean => existsSync(this.reader) && existsSync(this.device)
    await until(() => isThere() || child.pid === undefined || child.exitCode !== null, START_MS)
    if (!isThere()) throw new Error(`socat did not start: ${words}`)
  }

  /** Both ends are gone, as those of an adapter that is pulled out. */
  async unplug(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
    for (const link of [this.reader, this.device]) rmSync(link, { force: true })
  }

  async dispose(): Promise<void> {
    await this.unplug()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
