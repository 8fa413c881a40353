// Real servers that take InfluxDB's line protocol: InfluxDB 1.x and VictoriaMetrics, each on a loopback port of its own with
// a folder of its own. Where one is missing its tests are skipped loudly, or fail under CI.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const START_MS = 30_000
const STOP_MS = 10_000

type Program = {
  name: string
  variable: string
  paths: readonly string[]
  argumentsFor(folder: string, port: number): string[]
  health: string
}

const INFLUXD: Program = {
  name: 'InfluxDB 1',
  variable: 'INFLUXD',
  paths: ['/usr/bin/influxd', '/usr/local/bin/influxd'],
  argumentsFor(folder, port) {
    const file = join(folder, 'influxdb.conf')
    writeFileSync(file, influxConfiguration(folder, port))
    return ['-config', file]
  },
  health: '/ping',
}
const VICTORIA: Program = {
  name: 'VictoriaMetrics',
  variable: 'VICTORIA_METRICS',
  paths: ['/usr/bin/victoria-metrics', '/usr/local/bin/victoria-metrics'],
  argumentsFor: (folder, port) => [
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
  ],
  health: '/health',
}

function influxConfiguration(folder: string, port: number): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${join(folder, 'meta')}"
[data]
  dir = "${join(folder, 'data')}"
  wal-dir = "${join(folder, 'wal')}"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${existsSync(join(folder, 'with-login'))}
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "warn"
`
}

export class InfluxServer {
  readonly #program: Program
  readonly #executable: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'collector-influx-'))
  #child: ChildProcess | undefined
  #port = 0

  private constructor(program: Program, executable: string) {
    this.#program = program
    this.#executable = executable
  }

  /** For `before`: skips the suite, or throws, where there is no such program. */
  static influxdb(context?: Mocha.Context): Promise<InfluxServer> {
    return InfluxServer.#start(INFLUXD, context)
  }

  static victoriaMetrics(context?: Mocha.Context): Promise<InfluxServer> {
    return InfluxServer.#start(VICTORIA, context)
  }

  static async #start(program: Program, context: Mocha.Context | undefined): Promise<InfluxServer> {
    const candidates = [process.env[program.variable], ...program.paths]
    const executable = candidates.find((path) => path !== undefined && existsSync(path))
    if (executable === undefined) {
      const advice = `there is no ${program.name}: set ${program.variable} to its path`
      if (process.env.CI || !context) throw new Error(advice)
      console.warn(`      ${advice.toUpperCase()}. What needs it is not tested.`)
      return context.skip()
    }
    const server = new InfluxServer(program, executable)
    try {
      await server.start()
      return server
    } catch (error) {
      await server.dispose()
      throw error
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** On the port of the last time, or on a free one. */
  async start(): Promise<void> {
    mkdirSync(join(this.#folder, 'data'), { recursive: true })
    for (let attempt = 0; ; attempt++) {
      // Somebody else may take a free port before this server has it.
      if (attempt > 0 || this.#port === 0) this.#port = await freePort()
      try {
        return await this.#startOnce()
      } catch (error) {
        if (attempt >= 3) throw error
      }
    }
  }

  async #startOnce(): Promise<void> {
    const child = spawn(this.#executable, this.#program.argumentsFor(this.#folder, this.#port), {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-2000)
    })
    // It is heard of below: there is no pid, or an exit code.
    child.on('error', () => {})
    const endsAt = performance.now() + START_MS
    while (!(await this.#isHealthy())) {
      if (child.pid === undefined || child.exitCode !== null || performance.now() > endsAt) {
        await this.stop('SIGKILL')
        throw new Error(`${this.#program.name} did not start: ${words}`)
      }
      await delay(50)
    }
  }

  /** Its data stays for the next start. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await exit
    clearTimeout(timer)
  }

  /** The process stands still, or goes on. */
  freeze(frozen: boolean): void {
    this.#child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT')
  }

  async dispose(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** InfluxDB 1: from its next start on it wants a login. */
  requireLogin(): void {
    writeFileSync(join(this.#folder, 'with-login'), '')
  }

  /** InfluxDB 1: the answer to InfluxQL as CSV, the header first; times in ns, all digits as they are. */
  async query(q: string, database = ''): Promise<string[][]> {
    const body = new URLSearchParams({ q, db: database, epoch: 'ns' })
    const response = await fetch(`${this.url}/query`, { method: 'POST', body, headers: { accept: 'application/csv' } })
    const text = await response.text()
    if (!response.ok || text.startsWith('error\n')) throw new Error(`${q}: ${text}`)
    return parseCsv(text)
  }

  /** VictoriaMetrics: all series whose labels match, e.g. `{collector="press"}`. */
  async series(match: string): Promise<{ metric: Record<string, string>; values: number[]; timestamps: number[] }[]> {
    await fetch(`${this.url}/internal/force_flush`)
    const response = await fetch(`${this.url}/api/v1/export?${new URLSearchParams({ 'match[]': match })}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await fetch(this.url + this.#program.health, { signal: AbortSignal.timeout(1000) })).ok
    } catch {
      return false
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '\n') rows.push([])
    if (end === '') break
  }
  return rows.filter((row) => row.length > 1 || row[0] !== '')
}
