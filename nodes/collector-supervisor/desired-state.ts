// What the operator stopped stays stopped, over a restart of Node-RED too: the ids of those readers, in a file. When nobody can
// read any more what was stopped, nothing starts by itself: the operator is asked.

import type { FileWriter } from './file-writer'
import { describeKept, SavedRecord } from './saved-record'

/** Of a process that is not started because its record is lost. */
export const IN_DOUBT =
  'it is not known whether this was stopped, since the record is damaged: start it if it is to run'

export class DesiredState {
  readonly #record: SavedRecord
  readonly #stopped: Set<string>
  /** In this run everything that comes counts as stopped, until it is started. */
  readonly #isLost: boolean
  readonly #decided = new Set<string>()
  readonly #warn: (text: string) => void

  constructor(path: string, files: FileWriter, warn: (text: string) => void) {
    this.#warn = warn
    this.#record = new SavedRecord(path, files, Array.isArray)
    const { found, content } = this.#record
    const saved: unknown[] = Array.isArray(content) ? content : []
    this.#stopped = new Set(saved.filter((id) => typeof id === 'string'))
    this.#isLost = found.state === 'lost'
    if (found.state !== 'none' && found.kept.length > 0) this.#tellDamage(describeKept(found.kept))
  }

  isStopped(recipient: string): boolean {
    if (this.isInDoubt(recipient) && !this.#stopped.has(recipient)) {
      this.#stopped.add(recipient)
      this.#save()
    }
    return this.#stopped.has(recipient)
  }

  /** Whether only the operator can say if this is to run. */
  isInDoubt(recipient: string): boolean {
    return this.#isLost && !this.#decided.has(recipient)
  }

  set(recipient: string, stopped: boolean): void {
    this.#decided.add(recipient)
    if (this.#stopped.has(recipient) === stopped) return
    if (stopped) this.#stopped.add(recipient)
    else this.#stopped.delete(recipient)
    this.#save()
  }

  #save(): void {
    this.#record.replace([...this.#stopped]).catch((error) => {
      this.#warn(`what is stopped could not be saved: ${error}`)
    })
  }

  #tellDamage(kept: string): void {
    const damage = `the record of what is stopped was damaged, which is kept as ${kept}`
    this.#warn(
      this.#isLost
        ? `${damage}: nothing of this supervisor starts by itself; start what is to run`
        : `${damage}: the other copy was used`,
    )
  }
}
