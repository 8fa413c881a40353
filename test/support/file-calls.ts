// What Node-RED's own thread asks of the file system for this package, see file-calls-hook.ts.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type FileCall = { call: string; subject: string; from: string }

export class FileCalls {
  readonly #log: string

  /** The calls are kept in this folder. */
  constructor(folder: string) {
    this.#log = join(folder, 'file-calls.jsonl')
  }

  /** For NodeRedOptions.launcher. */
  get launcher(): string[] {
    const hook = join(__dirname, 'file-calls-hook.js')
    return ['env', `NODE_OPTIONS=--require=${hook}`, `FILE_CALLS=${this.#log}`]
  }

  all(): FileCall[] {
    if (!existsSync(this.#log)) return []
    const lines = readFileSync(this.#log, 'utf8').split('\n').filter(Boolean)
    return lines.map((line): FileCall => JSON.parse(line))
  }
}
