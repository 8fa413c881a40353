// What the operator stopped stays stopped, over a restart of Node-RED too: the ids of those readers, in a file.

import { readJsonFile, replaceFile } from './private-files'

export class DesiredState {
  readonly #path: string
  readonly #stopped: Set<string>
  readonly #warn: (text: string) => void

  constructor(path: string, warn: (text: string) => void) {
    this.#path = path
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
    try {
      replaceFile(this.#path, [...this.#stopped])
    } catch (error) {
      this.#warn(`what is stopped could not be saved: ${error}`)
    }
  }
}
