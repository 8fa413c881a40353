// What the operator stopped stays stopped, over a restart of Node-RED too: the ids of those readers, in a file. When nobody can
// read any more what was stopped, nothing starts by itself: the operator is asked.

import type { FileWriter } from './file-writer'
import { describeKept, SavedRecord } from './saved-record'

/** Of a process that is not started because its record is lost. */
export const IN_DOUBT =
  'it is not known whether this was stopped, since the record is damaged: start it if it is to run'

export class DesiredState {
  readonly #record: SavedRecord
  /** The latest write; never rejects. */
  #saving: Promise<void> = Promise.resolve()
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
      void this.#save()
    }
    return this.#stopped.has(recipient)
  }

  /** Whether only the operator can say if this is to run. */
  isInDoubt(recipient: string): boolean {
    return this.#isLost && !this.#decided.has(recipient)
  }

  /** Settles when it is written, or cannot be, which is told. */
  set(recipient: string, stopped: boolean): Promise<void> {
    this.#decided.add(recipient)
    if (this.#stopped.has(recipient) === stopped) return this.#saving
    if (stopped) this.#stopped.add(recipient)
    else this.#stopped.delete(recipient)
    return this.#save()
  }

  #save(): Promise<void> {
    this.#saving = this.#record.replace([...this.#stopped]).catch((error) => {
      this.#warn(`what is stopped could not be saved: ${error}`)
    })
    return this.#saving
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
