// The journal of a supervisor: what happened to its processes, the last ten thousand events, in files that outlive Node-RED.
// Written in the background, one JSON text a line: nothing waits for the disk, and a line that a power cut has cut is left out.

import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { appendFile, chmod, readFile, rename } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { messageOf } from '../../lib/contract/fault'
import { type EventKind, type ProcessEvent, parseProcessEvent } from '../../lib/contract/process-event'

/** Events that can be read again. */
export const JOURNAL_MAX = 10_000
/** Of one of the two files: at this size, or at JOURNAL_MAX events, it takes the place of the older one, bytes. */
export const JOURNAL_FILE_MAX_BYTES = 16 * 2 ** 20
/** Events that wait for a disk which does not take them; of more the oldest are lost. */
const WAITING_MAX = 1000
/** Of each text in an event, characters. */
const TEXT_MAX = 2000
/** The last events lie in so much of a file, bytes. */
const TAIL_BYTES = 64 * 1024
const FILE_MODE = 0o600
/** Read in one turn of the event loop. */
const EVENTS_A_TURN = 500

export type JournalQuery = {
  /** undefined = of all. */
  name: string | undefined
  kind: EventKind | undefined
  /** ms since the epoch; undefined = from the beginning. */
  from: number | undefined
  /** Only events with a smaller number; undefined = from the newest on. */
  before: number | undefined
  limit: number
}

/** Newest first. `next` is the `before` of the page that follows, null where there is none. */
export type JournalPage = { events: ProcessEvent[]; next: number | null }

export class Journal {
  readonly #path: string
  readonly #warn: (text: string) => void
  /** Not yet handed to the disk, oldest first. */
  #waiting: ProcessEvent[] = []
  /** Handed to the disk, and not known to be there. */
  #onTheirWay: readonly ProcessEvent[] = []
  #writing: Promise<void> | undefined
  /** Of the newer file; undefined until it has been looked at. */
  #size: { events: number; bytes: number } | undefined
  /** The file ends in the middle of a line. */
  #cut = false
  #failed = false

  /** The folder may not be there yet. */
  constructor(path: string, warn: (text: string) => void) {
    this.#path = path
    this.#warn = warn
  }

  get #olderPath(): string {
    return `${this.#path}.1`
  }

  /** Number of the last event that is known, 0 for an empty journal. Reads the end of a file, at once. */
  lastSeq(): number {
    for (const path of [this.#path, this.#olderPath]) {
      const [last] = eventsIn(tailOf(path))
      if (last) return last.seq
    }
    return 0
  }

  add(event: ProcessEvent): void {
    this.#waiting.push(slim(event))
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift()
    this.#write()
  }

  async read(query: JournalQuery): Promise<JournalPage> {
    const waiting = [...this.#waiting].reverse()
    await this.#writing
    const texts = await Promise.all([this.#path, this.#olderPath].map(textOf))
    return pageOf(waiting, texts, query)
  }

  /** Settles when the disk has got what it takes. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  /** The last resort, when Node-RED itself is about to be gone. */
  writeNow(): void {
    const events = [...this.#onTheirWay, ...this.#waiting.splice(0)]
    if (events.length === 0) return
    try {
      appendFileSync(this.#path, `\n${linesOf(events)}`, { mode: FILE_MODE })
    } catch {
      // Nobody is left to be told.
    }
  }

  #write(): void {
    if (this.#writing || this.#waiting.length === 0) return
    this.#writing = this.#append().finally(() => {
      this.#writing = undefined
      // What came meanwhile; what the disk did not take waits for the next event.
      if (!this.#failed) this.#write()
    })
  }

  async #append(): Promise<void> {
    const events = this.#waiting.splice(0)
    this.#onTheirWay = events
    try {
      const size = await this.#roomFor(events.length)
      const text = (this.#cut ? '\n' : '') + linesOf(events)
      this.#cut = true
      await appendFile(this.#path, text, { mode: FILE_MODE })
      this.#cut = false
      this.#size = { events: size.events + events.length, bytes: size.bytes + Buffer.byteLength(text) }
      this.#failed = false
    } catch (error) {
      this.#waiting = [...events, ...this.#waiting].slice(-WAITING_MAX)
      if (!this.#failed) this.#warn(`the journal of events could not be written: ${messageOf(error)}`)
      this.#failed = true
    } finally {
      this.#onTheirWay = []
    }
  }

  async #roomFor(events: number): Promise<{ events: number; bytes: number }> {
    this.#size ??= await this.#measure()
    if (this.#size.events + events <= JOURNAL_MAX && this.#size.bytes < JOURNAL_FILE_MAX_BYTES) return this.#size
    await rename(this.#path, this.#olderPath)
    this.#cut = false
    this.#size = { events: 0, bytes: 0 }
    return this.#size
  }

  /** Once, before the first event is written. */
  async #measure(): Promise<{ events: number; bytes: number }> {
    const text = await textOf(this.#path)
    this.#cut = text !== '' && !text.endsWith('\n')
    // Copied by somebody with other rights, perhaps.
    if (text !== '') await chmod(this.#path, FILE_MODE)
    return { events: text.split('\n').length - 1, bytes: Buffer.byteLength(text) }
  }
}

/** Newest first, whatever the order in which they were written. */
function pageWith(found: readonly ProcessEvent[], more: boolean): JournalPage {
  const events = found.toSorted((a, b) => b.seq - a.seq)
  return { events, next: more ? (events.at(-1)?.seq ?? null) : null }
}

/** Of several journals as of one. */
export function mergePages(pages: readonly JournalPage[], limit: number): JournalPage {
  const { events: all } = pageWith(
    pages.flatMap(({ events }) => events),
    false,
  )
  return pageWith(all.slice(0, limit), all.length > limit || pages.some(({ next }) => next !== null))
}

async function pageOf(
  waiting: readonly ProcessEvent[],
  texts: readonly string[],
  query: JournalQuery,
): Promise<JournalPage> {
  const found: ProcessEvent[] = []
  const seen = new Set<number>()
  for (const event of eventsOf(waiting, texts)) {
    // A write that failed half way, or was overtaken by the end of Node-RED, was done again.
    if (seen.has(event.seq)) continue
    if (seen.size === JOURNAL_MAX) break
    seen.add(event.seq)
    if (seen.size % EVENTS_A_TURN === 0) await turn()
    if (!isAsked(event, query)) continue
    if (found.length === query.limit) return pageWith(found, true)
    found.push(event)
  }
  return pageWith(found, false)
}

function isAsked(event: ProcessEvent, { name, kind, from, before }: JournalQuery): boolean {
  if (name !== undefined && event.name !== name) return false
  if (kind !== undefined && event.kind !== kind) return false
  if (before !== undefined && event.seq >= before) return false
  return from === undefined || Date.parse(event.time) >= from
}

/** Newest first. */
function* eventsOf(waiting: readonly ProcessEvent[], texts: readonly string[]): Generator<ProcessEvent> {
  yield* waiting
  for (const text of texts) yield* eventsIn(text)
}

/** From the last line to the first; what is no event is left out. */
function* eventsIn(text: string): Generator<ProcessEvent> {
  for (let end = text.length; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const event = start === end ? undefined : parseProcessEvent(jsonOf(text.slice(start, end)))
    if (event) yield event
    end = start - 1
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Without the lines of the log, which REST has, and with texts that are no longer than they have to be. */
function slim(event: ProcessEvent): ProcessEvent {
  const reason = event.reason.slice(0, TEXT_MAX)
  if (event.kind !== 'status') return { ...event, reason }
  const { log: _log, last_error, ...rest } = event
  return { ...rest, reason, ...(last_error !== undefined && { last_error: last_error.slice(0, TEXT_MAX) }) }
}

function linesOf(events: readonly ProcessEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

/** Empty for a file that is not there or cannot be read. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return ''
  }
}

function tailOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}
