// Which processes a supervisor has started, on disk: if Node-RED dies and one of them does not end by itself (a busy
// loop does not notice that its parent is gone), the next start finds and ends it.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import type { FileWriter } from './file-writer'
import { makePrivateFolder, readJsonFile } from './private-files'
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

/** Their place in a supervisor's folder. */
export const RUN_FOLDER = 'run'

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
    const run: RunFile = { pid, startTime, owner: ownIdentity() }
    await this.#files.replace(this.#path(recipient), run, 'passing')
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
    const run = asRecord(readJsonFile(path))
    const child = parseIdentity(run)
    const owner = parseIdentity(run?.owner)
    // Its Node-RED lives and looks after it: this file is a copy, made with the user folder.
    const isElsewhere = owner !== undefined && isAnotherAlive(owner)
    if (!child || isElsewhere || processStartTime(child.pid) !== child.startTime) {
      await this.#files.remove(path)
      return undefined
    }
    signalGroup(child.pid, 'SIGTERM')
    signalGroup(child.pid, 'SIGCONT')
    if (!(await processEnded(child, TERM_MS))) {
      signalGroup(child.pid, 'SIGKILL')
      await processEnded(child, KILL_MS)
    }
    await this.#files.remove(path)
    return child.pid
  }

  #path(recipient: string): string {
    return join(this.#folder, `${encodeURIComponent(recipient)}.run`)
  }
}
