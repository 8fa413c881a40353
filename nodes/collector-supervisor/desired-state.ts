// What the operator stopped stays stopped, over a restart of Node-RED too: the ids of those readers, in a file. When it
// cannot be read any more, nothing starts by itself: the operator is asked. From the first stop on another file says that there is such
// a record, so that one that is gone is not taken for one that never was.

import { dirname, join } from 'node:path'
import type { FileWriter } from './file-writer'
import { describeKept, mayExist, SavedRecord } from './saved-record'

/** Of a process that is not started because its record is lost. */
export const IN_DOUBT =
  'it is not known whether this was stopped, since the record is damaged or gone: start it if it is to run'

/** Beside the record; that it is there is all that counts. */
const RECORDS = 'records.json'
const NOTHING_STARTS = 'nothing of this supervisor starts by itself; start what is to run'

export class DesiredState {
  readonly #record: SavedRecord
  readonly #files: FileWriter
  /** Of the file that says that there is a record. */
  readonly #mark: string
  #isMarked: boolean
  /** The latest write; never rejects. */
  #saving: Promise<void> = Promise.resolve()
  readonly #stopped: Set<string>
  /** In this run everything that comes counts as stopped, until it is started. */
  readonly #isLost: boolean
  readonly #decided = new Set<string>()
  readonly #warn: (text: string) => void

  constructor(path: string, files: FileWriter, warn: (text: string) => void) {
    this.#warn = warn
    this.#files = files
    this.#mark = join(dirname(path), RECORDS)
    this.#isMarked = mayExist(this.#mark)
    this.#record = new SavedRecord(path, files, () => false)
    const { found, content } = this.#record
    const saved: unknown[] = Array.isArray(content) ? content : []
    this.#stopped = new Set(saved.filter((id) => typeof id === 'string'))
    const isGone = found.state === 'none' && this.#isMarked
    this.#isLost = found.state === 'lost' || isGone
    if (isGone) this.#warn(`the record of what is stopped is gone, with its copy: ${NOTHING_STARTS}`)
    else if (found.state !== 'none' && found.kept.length > 0) this.#tellDamage(describeKept(found.kept))
    if (found.state !== 'none') void this.#markIt()
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
    this.#saving = this.#record.replace([...this.#stopped]).then(
      () => this.#markIt(),
      (error) => this.#warn(`what is stopped could not be saved: ${error}`),
    )
    return this.#saving
  }

  /** Only once the record is there: it would be missed otherwise. */
  async #markIt(): Promise<void> {
    if (this.#isMarked) return
    this.#isMarked = true
    try {
      await this.#files.replace(this.#mark, { records: ['stopped'] }, 'lasting')
    } catch {
      this.#isMarked = false
    }
  }

  #tellDamage(kept: string): void {
    const damage = `the record of what is stopped was damaged, which is kept as ${kept}`
    this.#warn(this.#isLost ? `${damage}: ${NOTHING_STARTS}` : `${damage}: the other copy was used`)
  }
}
