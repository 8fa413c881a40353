// The keeping of the durable queue: makes the file, knows how full it is, replaces one that is lost or broken. Messages never
// come through here: collectors write them, historians take them. Node-RED does not open the file: its memory mapping would
// end Node-RED when somebody cuts the file off, and a disk that stands still would hold it up. A file that seems to be damaged is
// replaced only when another process finds the same: this one may be the one that is broken.

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../child/clock'
import type { QueueReplacement } from '../contract/control'
import { messageOf } from '../contract/fault'
import type { QueueSettings } from '../contract/historian-config'
import { type KnownTotals, lostWith, NO_TOTALS, type QueueTotals, totalsOf } from '../contract/queue-totals'
import { asidePath, exists, identityOf } from '../queue/database-file'
import { monotonicExactMs } from '../queue/monotonic'
import { type FormerTotals, Queue, QueueError, type QueueStatus } from '../queue/queue'
import { TakeOver } from './take-over'

/** Is the file still there, how full is it? ms */
const CHECK_MS = 1000
/** Between two attempts to make a file, and between two replacements, ms. */
const REPLACE_PAUSE_MS = 5000
/** A call waits so long for another process's lock, ms. */
const BUSY_TIMEOUT_MS = 250
/** A larger file would take too long to be read whole: damage in it shows when it is come across. */
const CHECK_BYTES_MAX = 64 * 1024 * 1024
/** No other process needs so long to look at it, ms. */
const JUDGEMENT_MS = 240_000

/** `report` says to the operator what went wrong and what was done, '' for nothing. `setAside`: a damaged file was set aside. */
export type QueueChange = {
  trouble: string
  report: string
  replacement: QueueReplacement | undefined
  setAside?: boolean
}

export type DurableLaneListener = {
  /** There is a file that everybody has to open anew, or there is none (`trouble`). */
  changed(queue: QueueChange): void
  /** The file seems to be damaged: what another process finds has to be told by `judged`. */
  suspected(reason: string): void
  /** Once a second. */
  status(status: QueueStatus): void
}

export class DurableLane {
  readonly #listener: DurableLaneListener
  readonly #clock: Clock
  #cancelTick: () => void = () => {}
  readonly #settings: QueueSettings
  #queue: Queue | undefined
  #totals: QueueTotals
  /** When `#totals` were true, on the machine's clock. */
  #totalsAtMs: number
  #replacement: QueueReplacement | undefined
  #triedAt = Number.NEGATIVE_INFINITY
  #trouble: string | undefined
  #wasOpen = false
  #lookedAt = Number.NEGATIVE_INFINITY
  /** The file that another process looks at, and since when. */
  #suspicion: { identity: string | undefined; atMs: number } | undefined
  /** What a process last said of a file that is intact. */
  #unfounded: string | undefined
  #taking: TakeOver | undefined

  /** `known`: of the file, when it was last looked at; a new one goes on counting from there. */
  constructor(settings: QueueSettings, known: KnownTotals | undefined, listener: DurableLaneListener, clock: Clock) {
    this.#settings = settings
    this.#listener = listener
    this.#clock = clock
    this.#totals = known ?? NO_TOTALS
    this.#totalsAtMs = known?.atMs ?? monotonicExactMs()
    this.#open()
    this.#tickLater()
  }

  /**
   * A process cannot get on with the file. Another connection looks at it first: of an intact file only that process has a
   * wrong idea, and it opens it anew. `whose`: this process itself knows more of a large file than such a look can find.
   * Where damage is found, another process looks, too.
   */
  distrust(reason: string, whose: 'own' | 'of another'): void {
    // Where there is no file, or no right to it, another one would fare no better: the next tick tries that.
    if (!this.#queue?.isInPlace()) return
    // Of a file that was made just now: they have not heard of it yet.
    if (this.#taking?.isOver === false || this.#clock.nowMs() - this.#triedAt < REPLACE_PAUSE_MS) return
    const isLarge = sizeOf(this.#settings.path) > CHECK_BYTES_MAX
    if (isLarge && whose === 'own') this.#suspect(reason)
    else this.#look(reason, isLarge ? 'tables' : 'deep')
  }

  /** What another process finds wrong with the file; undefined where that one could not tell. */
  judged(damage: string | undefined): void {
    const suspicion = this.#suspicion
    this.#suspicion = undefined
    if (!suspicion || damage === undefined) return
    // Meanwhile somebody has put another file there, or taken this one away: the next tick looks.
    if (identityOf(this.#settings.path) === suspicion.identity) this.#replace(damage)
  }

  #look(reason: string, check: 'tables' | 'deep'): void {
    if (this.#clock.nowMs() - this.#lookedAt < REPLACE_PAUSE_MS) return
    this.#lookedAt = this.#clock.nowMs()
    let damage: string | undefined
    try {
      damage = Queue.damageOf(this.#settings.path, check)
    } catch {
      // Locked just now, or not to be opened: whoever complains will do so again.
      return
    }
    if (damage !== undefined) {
      this.#suspect(damage)
      return
    }
    const isNew = reason !== this.#unfounded
    this.#unfounded = reason
    // This process may be the one that is wrong about it.
    this.#close()
    this.#queue = Queue.create(this.#settings.path, { ...this.#options(), check: 'tables' })
    this.#opened(isNew ? `the queue to the database was looked at and is intact, though a process says: ${reason}` : '')
  }

  #suspect(reason: string): void {
    const now = this.#clock.nowMs()
    if (this.#suspicion && now - this.#suspicion.atMs < JUDGEMENT_MS) return
    this.#suspicion = { identity: identityOf(this.#settings.path), atMs: now }
    this.#listener.suspected(reason)
  }

  close(): void {
    this.#cancelTick()
    this.#tellStatus()
    this.#close()
  }

  #tickLater(): void {
    this.#cancelTick = this.#clock.after(CHECK_MS, () => {
      this.#tick()
      this.#tickLater()
    })
  }

  #tick(): void {
    if (!this.#queue) {
      this.#open()
      return
    }
    const isInPlace = this.#queue.isInPlace()
    // Of a file that was deleted it is still known how far it got.
    this.#tellStatus()
    if (!isInPlace) this.#open('the file of the queue to the database is gone')
  }

  #tellStatus(): void {
    try {
      const status = this.#queue?.status()
      if (!status) return
      this.#totals = totalsOf(status)
      this.#totalsAtMs = monotonicExactMs()
      this.#listener.status(status)
    } catch (error) {
      if (!(error instanceof QueueError)) throw error
      if (error.kind === 'CorruptedData') this.distrust(error.message, 'own')
    }
  }

  /** What is there, or a new one. `why`: the one that was open is not there any more. */
  #open(why = ''): void {
    if (!this.#mayTry()) return
    this.#close()
    const { path } = this.#settings
    const check = sizeOf(path) > CHECK_BYTES_MAX ? 'tables' : 'deep'
    try {
      makeFolder(dirname(path))
      this.#queue = this.#goOnCounting((former) =>
        Queue.create(path, { ...this.#options(), check, whenDamaged: 'refuse' }, former),
      )
    } catch (error) {
      this.#fail(error)
      if (error instanceof QueueError && error.kind === 'CorruptedData') this.#suspect(error.message)
      return
    }
    this.#opened(why !== '' && this.#queue.isNew ? `${why}: a new one was made` : '')
  }

  /** Sets aside what is there, and takes over what can be read of it. */
  #replace(reason: string): void {
    this.#triedAt = this.#clock.nowMs()
    this.#close()
    const isCounted = this.#isCounted
    const { path } = this.#settings
    const now = new Date()
    try {
      this.#queue = this.#goOnCounting((former = NO_TOTALS) => Queue.replace(path, { ...this.#options(), now }, former))
    } catch (error) {
      const kept = asidePath(path, now)
      this.#fail(error, exists(kept) ? `${describeDamage(reason)}: it is now ${kept}; look at it, then remove it` : '')
      return
    }
    const aside = this.#queue.setAside
    if (aside === undefined) {
      this.#opened(`${reason}: a new one was made`)
      return
    }
    const kept = `the old one is now ${aside}; what can be read of it is taken over, then look at it and remove it`
    this.#opened(`${describeDamage(reason)}: a new one was made, ${kept}`, true)
    this.#takeOver(aside, isCounted)
  }

  /** The counts of the file are known, be it that there are none yet. */
  get #isCounted(): boolean {
    return this.#wasOpen || this.#totals.sent > 0
  }

  /** A new one in the place of one that broke, or is gone, counts on from the first message: others write into it at once. */
  #goOnCounting(make: (former: FormerTotals | undefined) => Queue): Queue {
    const isCounted = this.#isCounted
    const madeAtMs = monotonicExactMs()
    const queue = make(isCounted ? lostWith(this.#totals) : undefined)
    if (isCounted && queue.isNew) this.#replacement = { knownUntilMs: this.#totalsAtMs, madeAtMs }
    return queue
  }

  /** `isCounted`: the new file counts what was in the old one as dropped. */
  #takeOver(from: string, isCounted: boolean): void {
    this.#taking?.stop()
    if (!this.#queue) return
    this.#taking = new TakeOver({
      from,
      into: this.#queue,
      isCounted,
      lastId: this.#totals.sent,
      clock: this.#clock,
      report: (report) =>
        this.#listener.changed({ trouble: this.#trouble ?? '', report, replacement: this.#replacement }),
    })
  }

  #options() {
    const { capacityBytes, whenFull, durability } = this.#settings
    return { capacityBytes, whenFull, durability, busyTimeoutMs: BUSY_TIMEOUT_MS }
  }

  #mayTry(): boolean {
    const now = this.#clock.nowMs()
    if (now - this.#triedAt < REPLACE_PAUSE_MS) return false
    this.#triedAt = now
    return true
  }

  /** `aside`: what was set aside although there is no new one, in words. */
  #fail(error: unknown, aside = ''): void {
    const text = `there is no queue to the database: ${messageOf(error)}`
    if (text === this.#trouble && aside === '') return
    this.#trouble = text
    const report = aside === '' ? text : `${aside}; ${text}`
    const setAside = aside !== '' && { setAside: true }
    this.#listener.changed({ trouble: text, report, replacement: this.#replacement, ...setAside })
  }

  #opened(report: string, setAside = false): void {
    const again = this.#trouble === undefined ? '' : 'there is a queue to the database again'
    this.#trouble = undefined
    this.#wasOpen = true
    const reports = [report, again].filter((text) => text !== '').join('; ')
    const aside = setAside && { setAside }
    this.#listener.changed({ trouble: '', report: reports, replacement: this.#replacement, ...aside })
    this.#tellStatus()
  }

  #close(): void {
    this.#taking?.stop()
    this.#taking = undefined
    this.#queue?.close()
    this.#queue = undefined
  }
}

function describeDamage(reason: string): string {
  return `the queue to the database was damaged (${reason})`
}

/**
 * The queue's folder, and before it that of the supervisor. Not by mkdir's own `recursive`, which says ENOENT whatever is in the way;
 * above them this process may not look around.
 */
function makeFolder(path: string): void {
  for (const folder of [dirname(path), path]) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
}

/** Of the file at the path and its log, bytes. */
function sizeOf(path: string): number {
  const sizes = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}
