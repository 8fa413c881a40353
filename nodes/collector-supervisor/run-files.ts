// Which processes a supervisor has started, on disk: if Node-RED dies and one of them does not end by itself (a busy
// loop does not notice that its parent is gone), the next start finds and ends it.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import { makePrivateFolder, readJsonFile, replaceFile } from './private-files'
import { signalGroup } from './process-group'
import { type ProcessIdentity, processEnded, processStartTime } from './process-identity'

const TERM_MS = 2_000
const KILL_MS = 5_000

export class RunFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    try {
      makePrivateFolder(folder)
    } catch {
      // Whoever writes the first file will tell.
    }
  }

  write(recipient: string, pid: number): void {
    const startTime = processStartTime(pid)
    if (startTime === undefined) return
    makePrivateFolder(this.#folder)
    replaceFile(this.#path(recipient), { pid, startTime } satisfies ProcessIdentity)
  }

  remove(recipient: string): void {
    rmSync(this.#path(recipient), { force: true })
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
      rmSync(path, { force: true })
      return undefined
    }
    signalGroup(run.pid, 'SIGTERM')
    signalGroup(run.pid, 'SIGCONT')
    if (!(await processEnded(run, TERM_MS))) {
      signalGroup(run.pid, 'SIGKILL')
      await processEnded(run, KILL_MS)
    }
    rmSync(path, { force: true })
    return run.pid
  }

  #path(recipient: string): string {
    return join(this.#folder, `${encodeURIComponent(recipient)}.run`)
  }
}

function parseRunFile(input: unknown): ProcessIdentity | undefined {
  const record = asRecord(input)
  const pid = asCount(record?.pid)
  const startTime = asText(record?.startTime, 100)
  return pid === undefined || pid < 2 || startTime === undefined ? undefined : { pid, startTime }
}
