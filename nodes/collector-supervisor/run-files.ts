// Which processes a supervisor has started, on disk: if Node-RED dies and one of them does not end by itself (a busy
// loop does not notice that its parent is gone), the next start finds and ends it.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import type { FileWriter } from './file-writer'
import { makePrivateFolder, readJsonFile } from './private-files'
import { procStat } from './proc-stat'
import { groupIsEmpty, signalGroup } from './process-group'

const TERM_MS = 2_000
const KILL_MS = 5_000
const POLL_MS = 50

/** `startTime` proves that the pid still means the same process: pids are used again. */
type RunFile = { pid: number; startTime: string }

export class RunFiles {
  readonly #folder: string
  readonly #files: FileWriter

  constructor(folder: string, files: FileWriter) {
    this.#folder = folder
    this.#files = files
    try {
      makePrivateFolder(folder)
    } catch {
      // Whoever writes the first file will tell.
    }
  }

  async write(recipient: string, pid: number): Promise<void> {
    const startTime = processStartTime(pid)
    if (startTime === undefined) return
    // After a power cut no process is left that it could tell of.
    await this.#files.replace(this.#path(recipient), { pid, startTime } satisfies RunFile, 'passing')
  }

  remove(recipient: string): Promise<void> {
    return this.#files.remove(this.#path(recipient))
  }

  /** Ends what an earlier Node-RED has left behind: SIGTERM, 2 s, SIGKILL. Returns the pids that were still alive. */
  async sweep(): Promise<number[]> {
    if (!existsSync(this.#folder)) return []
    const files = readdirSync(this.#folder, { withFileTypes: true })
    const runFiles = files.filter((file) => file.isFile() && file.name.endsWith('.run'))
    const ended = await Promise.all(runFiles.map(({ name }) => this.#sweepOne(join(this.#folder, name))))
    return ended.filter((pid) => pid !== undefined)
  }

  async #sweepOne(path: string): Promise<number | undefined> {
    const run = parseRunFile(readJsonFile(path))
    if (!run || processStartTime(run.pid) !== run.startTime) {
      await this.#files.remove(path)
      return undefined
    }
    signalGroup(run.pid, 'SIGTERM')
    signalGroup(run.pid, 'SIGCONT')
    if (!(await gone(run, TERM_MS))) {
      signalGroup(run.pid, 'SIGKILL')
      await gone(run, KILL_MS)
    }
    await this.#files.remove(path)
    return run.pid
  }

  #path(recipient: string): string {
    return join(this.#folder, `${encodeURIComponent(recipient)}.run`)
  }
}

function parseRunFile(input: unknown): RunFile | undefined {
  const record = asRecord(input)
  const pid = asCount(record?.pid)
  const startTime = asText(record?.startTime, 100)
  return pid === undefined || pid < 2 || startTime === undefined ? undefined : { pid, startTime }
}

async function gone({ pid, startTime }: RunFile, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (processStartTime(pid) === startTime || !groupIsEmpty(pid)) {
    if (performance.now() > deadline) return false
    await wait(POLL_MS)
  }
  return true
}

/** Tells one holder of a pid from the next; undefined when there is none, or a zombie. */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid)
  if (process.platform === 'win32') return undefined
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 2_000,
    }).trim()
    return started === '' ? undefined : started
  } catch {
    return undefined
  }
}

/** With the boot it was in, since the times of two boots may be alike. */
function linuxStartTime(pid: number): string | undefined {
  const stat = procStat(pid)
  if (!stat || stat.zombie) return undefined
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${stat.startTime}`
  } catch {
    return undefined
  }
}
