// What a protocol has to bring to become a collector: connect, read one cycle, close. Schedule, reconnecting,
// queueing and reporting are the collector's (cycle.ts); parsing of the configuration comes first (main.ts).

import type { TagColumn, Value } from '../contract/batch'
import type { Forecast, LogLevel } from '../contract/control'
import type { Parsed } from '../contract/fields'
import type { ProcessType } from '../contract/process-row'
import type { timeSources } from '../contract/reader-fields'

/** The outcome of one read cycle, in the order of `tags`. */
export type Reading = {
  /** null where the tag is bad. */
  values: (Value | null)[]
  /** Column -> what is wrong and what to do about it, for exactly the bad ones. */
  bad: ReadonlyMap<number, string>
  /** ms since the epoch; the time of the reading if absent. */
  time?: number
  /** Column -> ms since the epoch, where the device gives times of its own. */
  sourceTimes?: ReadonlyMap<number, number>
  /** Set when the device answers, but not as it should, e.g. one of several units is silent. */
  degraded?: string
  /** Good values from before these, where the device tells more than one of a tag: they go into the database only. */
  earlier?: readonly EarlierValue[]
  /** Columns that it was not the turn of in this cycle: their last values stay, with the times of their readings. */
  held?: ReadonlySet<number>
}

export type EarlierValue = {
  column: number
  value: Value
  /** ms since the epoch; 0 = the source does not know it. */
  time: number
}

export interface Reader {
  /** Columns of every reading. */
  readonly tags: readonly TagColumn[]
  /** Connects to the device. Throws a Fault: `link` and `protocol` are tried again with backoff, `config` ends the process. */
  open(signal: AbortSignal): Promise<void>
  /**
   * One cycle. A tag the device refuses is bad in the reading; a broken connection throws a Fault (`link`, `protocol`),
   * whereupon the collector closes, marks all tags bad and opens again.
   */
  read(signal: AbortSignal): Promise<Reading>
  /** The protocol's own word for how good the last value of a column is, where it has one, e.g. UncertainLastUsableValue. */
  status?(column: number): string | undefined
  /**
   * Answers a question of the protocol's own about what there is at the device, in at most ANSWER_MAX_BYTES of JSON. Connects if
   * need be, without what only reading takes. Throws a Fault.
   */
  browse?(question: unknown, signal: AbortSignal): Promise<unknown>
  /** What the next cycle will ask of the device. Asked at every heartbeat. */
  forecast?(): Forecast | undefined
  /**
   * In the place of `close` when the connection was lost and `open` is to follow: for what the device keeps over a loss, and the next
   * connection can take up. If `open` does not follow after all, `close` does.
   */
  suspend?(): Promise<void>
  /** Closes the connection. May be called twice, and before `open`. */
  close(): Promise<void>
}

/** Everything of a protocol that the collector's main needs. */
export type ReaderFactory<Config extends ReaderSettings> = {
  type: ProcessType
  parse(config: unknown): Parsed<Config>
  /** The same for a device that is only asked: the list of tags may be empty. Absent where there is nothing to ask then. */
  parseUntagged?(config: unknown): Parsed<Config>
  /** @param folder its own, to read and write, where the process was given one */
  create(config: Config, log: (level: LogLevel, text: string) => void, folder?: string): Reader
}

/** What the collector itself wants to know of a reader's configuration. */
export type ReaderSettings = {
  /** ms */
  interval: number
  /** ms */
  timeout: number
  /** What the readings are called in the database; '' = the name of the reader. */
  measurement: string
  /** Tags of every line in the database. */
  pointTags: Record<string, string>
  /** Whose times values are kept with; absent = the sources', where they are known and sane. */
  time?: (typeof timeSources)[number]
}
