// The embedded history as a place where readings go. The file is opened when it is first needed, and again after any trouble.

import { Fault } from '../../contract/fault'
import type { Reading } from '../reading'
import type { Sink, Verdict } from '../sink'
import { toHistoryFault } from './history-fault'
import { HistoryFile, type SetAside } from './history-file'
import { HistoryWriter } from './history-writer'
import { isStorableTime } from './stored-time'

export type HistorySinkOptions = {
  path: string
  /** How long values are kept, ms. Default: without end. */
  keptMs?: number
  /** A damaged file was set aside: for the operator. */
  setAside: (text: string) => void
  now?: () => Date
}

export class HistorySink implements Sink {
  readonly keptMs: number
  readonly #path: string
  readonly #setAside: (text: string) => void
  readonly #now: () => Date
  #opened: { file: HistoryFile; writer: HistoryWriter } | undefined
  #isClosed = false
  /** How often in a row the open file seemed to be damaged. */
  #complaints = 0

  constructor({ path, keptMs = Number.POSITIVE_INFINITY, setAside, now = () => new Date() }: HistorySinkOptions) {
    this.keptMs = keptMs
    this.#path = path
    this.#setAside = setAside
    this.#now = now
  }

  /** Blocks its thread while it writes, and for some seconds at most while another process does. */
  async write(readings: readonly Reading[], signal: AbortSignal): Promise<Verdict> {
    if (signal.aborted || this.#isClosed) return { kind: 'later', reason: 'the history is being closed' }
    const faults = readings.flatMap(({ time }, index) =>
      isStorableTime(time) ? [] : [{ index, reason: `no clock shows the time ${time} ms` }],
    )
    if (faults[0]) return { kind: 'refused', reason: faults[0].reason, faults }
    try {
      const { file, writer } = this.#open()
      writer.write(readings)
      if (file.isEmptied()) throw new Fault('link', 'history-damaged', `${this.#path}: somebody has emptied the file`)
      if (file.isInPlace()) {
        this.#complaints = 0
        return { kind: 'accepted' }
      }
      // written into a file that another process has set aside, or somebody has deleted
      this.#close()
      return { kind: 'later', reason: `${this.#path}: the file was replaced`, afterMs: 0 }
    } catch (thrown) {
      return this.#verdictOn(toHistoryFault(thrown, this.#path))
    }
  }

  probe(signal: AbortSignal): Promise<Verdict> {
    return this.write([], signal)
  }

  close(): void {
    this.#isClosed = true
    this.#close()
  }

  #open(): { file: HistoryFile; writer: HistoryWriter } {
    if (this.#opened) return this.#opened
    const file = HistoryFile.open(this.#path, this.#now(), (aside) => this.#setAside(describeSetAside(aside)))
    this.#opened = { file, writer: new HistoryWriter(file.database) }
    return this.#opened
  }

  #close(): void {
    this.#opened?.file.close()
    this.#opened = undefined
  }

  #verdictOn(fault: Fault): Verdict {
    try {
      // The first time it is only closed: opening it looks at the file with other eyes, and sets it aside if that is so.
      const isDamaged = fault.code === 'history-damaged' && this.#opened !== undefined
      this.#complaints = isDamaged ? this.#complaints + 1 : 0
      // Opening an emptied file would take its log for the whole.
      const isSure = isDamaged && (this.#complaints > 1 || this.#opened?.file.isEmptied() === true)
      const aside = isSure ? this.#opened?.file.abandon(this.#now()) : undefined
      if (aside !== undefined) this.#setAside(describeSetAside({ path: aside, reason: fault.message }))
    } catch (thrown) {
      return { kind: 'later', reason: toHistoryFault(thrown, this.#path).message }
    } finally {
      // opened anew next time: nothing half-done is left of this one
      this.#close()
    }
    return { kind: 'later', reason: fault.message }
  }
}

export function describeSetAside({ path, reason }: SetAside): string {
  return `the history is damaged (${reason}) and a new one was made; the old one is kept as ${path}: see what can be recovered from it, then remove it`
}
