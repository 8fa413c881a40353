// What the operator stopped stays stopped, over a restart of Node-RED too: the ids of those readers, in a file.

import type { FileWriter } from './file-writer'
import { readJsonFile } from './private-files'

export class DesiredState {
  readonly #path: string
  readonly #files: FileWriter
  readonly #stopped: Set<string>
  readonly #warn: (text: string) => void

  constructor(path: string, files: FileWriter, warn: (text: string) => void) {
    this.#path = path
    this.#files = files
    this.#warn = warn
    const saved = readJsonFile(path)
    this.#stopped = new Set(Array.isArray(saved) ? saved.filter((id) => typeof id === 'string') : [])
  }

  isStopped(recipient: string): boolean {
    return this.#stopped.has(recipient)
  }

  set(recipient: string, stopped: boolean): void {
    if (this.#stopped.has(recipient) === stopped) return
    if (stopped) this.#stopped.add(recipient)
    else this.#stopped.delete(recipient)
    this.#files.replace(this.#path, [...this.#stopped], 'lasting').catch((error) => {
      this.#warn(`what is stopped could not be saved: ${error}`)
    })
  }
}
