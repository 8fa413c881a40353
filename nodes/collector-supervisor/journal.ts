// The journal of a supervisor: what happened to its processes, the last ten thousand events, in files that outlive Node-RED.
// Written in the background: nothing waits for the disk. A line that is damaged costs itself, and is told.

import { appendFileSync } from 'node:fs'
import { appendFile, chmod, rename, utimes } from 'node:fs/promises'
import { messageOf } from '../../lib/contract/fault'
import { asCount } from '../../lib/contract/parse'
import type { ProcessEvent } from '../../lib/contract/process-event'
import type { FileWriter } from './file-writer'
import { type Line, lineOf, type Mark } from './journal-line'
import { cutOff, highestSeq, type Look, lastSeq, lookAt, mend, textOf } from './journal-look'
import { JOURNAL_MAX, type JournalPage, type JournalQuery, pageOf } from './journal-page'
import { OutageBook } from './outages'
import { FILE_MODE } from './private-files'
import { describeKept, SavedRecord } from './saved-record'

/** Of one of the two files: at this size, or at JOURNAL_MAX events, it takes the place of the older one, bytes. */
export const JOURNAL_FILE_MAX_BYTES = 16 * 2 ** 20
/** Lines that wait for a disk which does not take them; of more the oldest are lost. */
const WAITING_MAX = 1000
/** Of each text in an event, characters. */
const TEXT_MAX = 2000
/** Numbers of events that are written down as used before they are: where the journal is damaged it goes on behind them. */
const NUMBERS_AHEAD = 1000
/** Interval, ms, at which the time of the file's last change shows that its supervisor is at work. */
const SIGN_OF_LIFE_MS = 60_000

/** `lines`: how many cannot be read; undefined where the whole file is gone or empty. `kept`: paths of the copies of damaged files. */
export type Damage = { lines: number | undefined; kept: readonly string[] }

export type JournalParts = {
  /** The folder may not be there yet. */
  path: string
  files: FileWriter
  warn(text: string): void
  damaged(damage: Damage): void
}

/** What the run of Node-RED before this one has left behind. */
export type Legacy = {
  /** How it ended; `unknown`: there was none, or an earlier version, which did not say. */
  end: 'in-order' | 'exit' | 'killed' | 'unknown'
  /** When it is last known to have run. */
  lastSignOfLife: Date
  /** It was writing a line. */
  isTorn: boolean
  /** Kept up to date by what is added. */
  outages: OutageBook
}

/** Marks are so few that they count as bytes only. */
type Size = { events: number; bytes: number }

export class Journal {
  readonly #parts: JournalParts
  /** Of the numbers of events: what may have been used. */
  readonly #numbers: SavedRecord
  #numbersUsed: number
  /** Not yet handed to the disk, oldest first. */
  #waiting: (ProcessEvent | Mark)[] = []
  /** Handed to the disk, and not known to be there. */
  #onTheirWay: readonly (ProcessEvent | Mark)[] = []
  #writing: Promise<void> | undefined
  /** Of the newer file; undefined until the files have been looked at. */
  #size: Size | undefined
  #legacy: Legacy | undefined
  #failed = false
  /** Damaged lines that were told and could not be removed. */
  #unmended = 0
  #life: NodeJS.Timeout | undefined

  constructor(parts: JournalParts) {
    this.#parts = parts
    this.#numbers = new SavedRecord(parts.path.replace(/\.jsonl$/, '-numbers.json'), parts.files, () => false)
    this.#numbersUsed = asCount(this.#numbers.content) ?? 0
    const { found } = this.#numbers
    if (found.state !== 'none' && found.kept.length > 0) {
      parts.warn(
        `the numbers of the journal were damaged, which is kept as ${describeKept(found.kept)}: look at it, then remove it`,
      )
    }
  }

  get #paths(): readonly [string, string] {
    const { path } = this.#parts
    return [path, `${path}.1`]
  }

  /** No event has had a higher number than this. Reads the end of a file, at once; of a damaged journal all. */
  lastSeq(): number {
    const [path] = this.#paths
    return lastSeq(path) ?? Math.max(this.#numbersUsed, ...this.#paths.map(highestSeq))
  }

  /** The supervisor begins its work. Settles when the files have been looked at. */
  async begin(): Promise<Legacy> {
    this.#life ??= setInterval(() => void this.#showLife(), SIGN_OF_LIFE_MS).unref()
    this.#add({ mark: 'begin', time: new Date().toISOString() })
    while (!this.#legacy && this.#writing) await this.#writing
    return this.#legacy ?? { end: 'unknown', lastSignOfLife: new Date(), isTorn: false, outages: new OutageBook() }
  }

  add(event: ProcessEvent): void {
    this.#use(event.seq)
    this.#legacy?.outages.add(event)
    this.#add(slim(event))
  }

  async read(query: JournalQuery): Promise<JournalPage> {
    const waiting = this.#waiting.filter(isEvent).reverse()
    await this.#writing
    const texts = await Promise.all(this.#paths.map(textOf))
    let damaged = 0
    const onDamage = (): void => {
      damaged += 1
    }
    const page = await pageOf({ waiting, texts, onDamage }, query)
    if (damaged > this.#unmended) {
      // The files were damaged after they had been looked at.
      this.#size = undefined
      this.#write()
    }
    return page
  }

  /** The supervisor has ended in order; should it go on after all, it says so by the next event. */
  end(): void {
    this.#add({ mark: 'end', time: new Date().toISOString() })
  }

  /** Settles when the disk has got what it takes. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  close(): void {
    clearInterval(this.#life)
  }

  /** The last resort, when Node-RED itself is about to be gone. */
  writeNow(): void {
    const exit: Mark = { mark: 'exit', time: new Date().toISOString() }
    const records = [...this.#onTheirWay, ...this.#waiting.splice(0), exit]
    try {
      appendFileSync(this.#parts.path, records.map(lineOf).join(''), { mode: FILE_MODE })
    } catch {
      // Nobody is left to be told.
    }
  }

  #add(record: ProcessEvent | Mark): void {
    this.#waiting.push(record)
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift()
    this.#write()
  }

  #use(seq: number): void {
    if (seq < this.#numbersUsed) return
    this.#numbersUsed = seq + NUMBERS_AHEAD
    this.#numbers.replace(this.#numbersUsed).catch(() => {
      // A disk that takes nothing is told of with the events themselves.
    })
  }

  #write(): void {
    if (this.#writing || (this.#waiting.length === 0 && this.#size)) return
    this.#writing = this.#append().finally(() => {
      this.#writing = undefined
      // What came meanwhile; what the disk did not take waits for the next event.
      if (!this.#failed) this.#write()
    })
  }

  async #append(): Promise<void> {
    const records = this.#waiting.splice(0)
    this.#onTheirWay = records
    try {
      const size = await this.#roomFor(records.filter(isEvent).length)
      const text = records.map(lineOf).join('')
      if (text !== '') await appendFile(this.#parts.path, text, { mode: FILE_MODE })
      this.#size = { events: size.events + records.filter(isEvent).length, bytes: size.bytes + Buffer.byteLength(text) }
      this.#failed = false
    } catch (error) {
      this.#waiting = [...records, ...this.#waiting].slice(-WAITING_MAX)
      if (!this.#failed) this.#parts.warn(`the journal of events could not be written: ${messageOf(error)}`)
      this.#failed = true
    } finally {
      this.#onTheirWay = []
    }
  }

  async #roomFor(events: number): Promise<Size> {
    this.#size ??= await this.#look()
    if (this.#size.events + events <= JOURNAL_MAX && this.#size.bytes < JOURNAL_FILE_MAX_BYTES) return this.#size
    const [path, olderPath] = this.#paths
    await rename(path, olderPath)
    this.#size = { events: 0, bytes: 0 }
    return this.#size
  }

  /** Before the first line is written: what is there, and is it whole? */
  async #look(): Promise<Size> {
    const [path, olderPath] = this.#paths
    const outages = new OutageBook()
    const see = (line: Line): void => {
      if (line.kind === 'event') outages.add(line.event)
    }
    const older = await lookAt(olderPath, see)
    const newer = await lookAt(path, see)
    this.#legacy ??= legacyOf(newer, outages)
    // Copied by somebody with other rights, perhaps.
    if (newer.bytes > 0) await chmod(path, FILE_MODE)
    await this.#mend(older, newer)
    return { events: newer.events, bytes: newer.bytes }
  }

  async #mend(older: Look, newer: Look): Promise<void> {
    const [path, olderPath] = this.#paths
    const lines = older.damaged + newer.damaged
    // Whatever makes an empty one writes into it at once.
    const isGone = newer.bytes === 0 && this.#numbers.found.state === 'read'
    if (isGone) this.#parts.damaged({ lines: undefined, kept: [] })
    if (newer.damaged === 0) await cutOff(path, newer)
    if (lines <= this.#unmended) return
    const kept: string[] = []
    try {
      const now = new Date()
      if (older.damaged > 0) kept.push(await mend(olderPath, now))
      if (newer.damaged > 0) kept.push(await mend(path, now))
      this.#unmended = 0
    } catch (error) {
      this.#unmended = lines
      this.#parts.warn(`the damaged journal could not be copied and mended: ${messageOf(error)}`)
    }
    this.#parts.damaged({ lines, kept })
  }

  /** By the time of the file's last change. */
  async #showLife(): Promise<void> {
    const now = new Date()
    try {
      await utimes(this.#parts.path, now, now)
    } catch {
      // The next event will tell what is wrong with it.
    }
  }
}

function isEvent(record: ProcessEvent | Mark): record is ProcessEvent {
  return 'seq' in record
}

function legacyOf({ last, changedAt, tornAt }: Look, outages: OutageBook): Legacy {
  return { end: endOf(last), lastSignOfLife: new Date(changedAt ?? Date.now()), isTorn: tornAt !== undefined, outages }
}

function endOf(last: Line | undefined): Legacy['end'] {
  if (last?.kind === 'event') return last.isSealed ? 'killed' : 'unknown'
  if (last?.kind !== 'mark') return 'unknown'
  switch (last.mark.mark) {
    case 'begin':
      return 'killed'
    case 'exit':
      return 'exit'
    case 'end':
      return 'in-order'
    default:
      return last.mark.mark satisfies never
  }
}

/** Without the lines of the log, which REST has, and with texts that are no longer than they have to be. */
function slim(event: ProcessEvent): ProcessEvent {
  const reason = event.reason.slice(0, TEXT_MAX)
  if (event.kind !== 'status') return { ...event, reason }
  const { log: _log, last_error, ...rest } = event
  return { ...rest, reason, ...(last_error !== undefined && { last_error: last_error.slice(0, TEXT_MAX) }) }
}
