// Which processes a supervisor has started, on disk: if Node-RED dies and one of them does not end by itself (a busy
// loop does not notice that its parent is gone), the next start finds and ends it.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import { makePrivateFolder, readJsonFile, replaceFile } from './private-files'
import { signalGroup } from './process-group'
import {
  isAnotherAlive,
  ownIdentity,
  type ProcessIdentity,
  parseIdentity,
  processEnded,
  processStartTime,
} from './process-identity'

const TERM_MS = 2_000
const KILL_MS = 5_000

/** A process, and the Node-RED that has started it. */
type RunFile = ProcessIdentity & { owner: ProcessIdentity | undefined }

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
    replaceFile(this.#path(recipient), { pid, startTime, owner: ownIdentity() } satisfies RunFile)
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
    const run = asRecord(readJsonFile(path))
    const child = parseIdentity(run)
    const owner = parseIdentity(run?.owner)
    // Its Node-RED lives and looks after it: this file is a copy, made with the user folder.
    const isElsewhere = owner !== undefined && isAnotherAlive(owner)
    if (!child || isElsewhere || processStartTime(child.pid) !== child.startTime) {
      rmSync(path, { force: true })
      return undefined
    }
    signalGroup(child.pid, 'SIGTERM')
    signalGroup(child.pid, 'SIGCONT')
    if (!(await processEnded(child, TERM_MS))) {
      signalGroup(child.pid, 'SIGKILL')
      await processEnded(child, KILL_MS)
    }
    rmSync(path, { force: true })
    return child.pid
  }

  #path(recipient: string): string {
    return join(this.#folder, `${encodeURIComponent(recipient)}.run`)
  }
}
