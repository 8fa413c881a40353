// A serial line made of two pseudo-terminals by socat, or of one whose other end is a TCP port. Where there is no socat its
// tests are skipped loudly, or fail under CI.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until'

const PATHS = ['/usr/bin/socat', '/usr/local/bin/socat', '/opt/homebrew/bin/socat']
const START_MS = 10_000

export class SerialLine {
  /** Where the reader's end is; there as long as the line is plugged in. */
  readonly port: string
  readonly #socat: string
  readonly #other: string
  readonly #waitFor: string[]
  #child: ChildProcess | undefined
  #words = ''

  private constructor(socat: string, port: string, other: string, waitFor: string[]) {
    this.#socat = socat
    this.port = port
    this.#other = other
    this.#waitFor = waitFor
  }

  /** To a device that speaks RTU on a TCP port of this computer. */
  static async toTcp(context: Mocha.Context, folder: string, tcpPort: number): Promise<SerialLine> {
    const port = join(folder, 'ttyReader')
    const line = new SerialLine(socatOf(context), port, `tcp:127.0.0.1:${tcpPort}`, [port])
    await line.plug()
    return line
  }

  /** To another serial port. */
  static async toPort(context: Mocha.Context, folder: string): Promise<{ line: SerialLine; otherPort: string }> {
    const port = join(folder, 'ttyReader')
    const otherPort = join(folder, 'ttyDevice')
    const line = new SerialLine(socatOf(context), port, terminal(otherPort), [port, otherPort])
    await line.plug()
    return { line, otherPort }
  }

  async plug(): Promise<void> {
    const child = spawn(this.#socat, [terminal(this.port), this.#other], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#words += chunk
    })
    await until(() => child.exitCode !== null || this.#waitFor.every(existsSync), START_MS)
    if (child.exitCode !== null) throw new Error(`socat ended: ${this.#words}`)
  }

  /** The port is gone, as with an adapter that is pulled. */
  async unplug(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
    await until(() => !existsSync(this.port), START_MS)
  }
}

function terminal(link: string): string {
  return `pty,raw,echo=0,link=${link}`
}

function socatOf(context: Mocha.Context): string {
  const found = [process.env.SOCAT, ...PATHS].find((path) => path !== undefined && existsSync(path))
  if (found !== undefined) return found
  const advice = 'there is no socat: set SOCAT to its path'
  if (process.env.CI) throw new Error(advice)
  console.warn(`      ${advice.toUpperCase()}. Serial lines are not tested.`)
  return context.skip()
}
