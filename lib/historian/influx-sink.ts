// Readings into InfluxDB 1, 2 and 3 and what speaks like them: each version has its own path, login and kinds of fields.

import type { Clock } from '../child/clock'
import type { InfluxTarget } from '../contract/influx-target'
import { type Endpoint, InfluxExchange } from './influx-exchange'
import { type Dialect, linesOf } from './influx-line'
import type { Reading } from './reading'
import type { ReadingFault, Sink, Verdict } from './sink'
import { verdictOf } from './verdict'

/** For a whole exchange, ms: the server has to store some thousand lines in it. */
export const WRITE_TIMEOUT_MS = 30_000

export class InfluxSink implements Sink {
  readonly #target: InfluxTarget
  readonly #clock: Clock
  #dialect: Dialect
  readonly #exchange: InfluxExchange

  /** `target` has passed checkInflux. */
  constructor(target: InfluxTarget, clock: Clock, { timeoutMs = WRITE_TIMEOUT_MS } = {}) {
    this.#target = target
    this.#clock = clock
    this.#dialect = { unsigned: target.version === '1' ? 'i' : 'u', lineBreaks: 'keep' }
    this.#exchange = new InfluxExchange(endpointOf(target), { clock, timeoutMs })
  }

  async write(readings: readonly Reading[], signal: AbortSignal): Promise<Verdict> {
    const all: string[] = []
    const times: number[] = []
    const faults: ReadingFault[] = []
    readings.forEach((reading, index) => {
      const written = linesOf(reading, this.#dialect)
      if (!written.ok) {
        const { reason, column } = written
        faults.push({ index, reason, ...(column !== undefined && { column }) })
        return
      }
      all.push(...written.lines)
      for (const _ of written.lines) times.push(reading.time)
    })
    const [fault] = faults
    if (fault) return { kind: 'refused', reason: fault.reason, faults }
    if (all.length === 0) return { kind: 'accepted' }
    const reply = await this.#exchange.post(all, signal)
    if (reply.kind === 'answer' && reply.headers.victoriaMetrics) this.#dialect.lineBreaks = 'leave-out'
    return verdictOf(reply, this.#target, this.#clock.wallMs(), times)
  }

  close(): void {
    this.#exchange.close()
  }
}

/** Secrets go into a header, never into the path. */
export function endpointOf(target: InfluxTarget): Endpoint {
  const { version, url, org, bucket, database, token, username, password } = target
  const query = (parameters: Record<string, string>): string => String(new URLSearchParams(parameters))
  switch (version) {
    case '1': {
      const login = Buffer.from(`${username}:${password}`).toString('base64')
      const authorization = username === '' ? undefined : `Basic ${login}`
      return { url, path: `/write?${query({ db: database, precision: 'ns' })}`, authorization }
    }
    case '2': {
      const authorization = token === '' ? undefined : `Token ${token}`
      return { url, path: `/api/v2/write?${query({ org, bucket, precision: 'ns' })}`, authorization }
    }
    case '3': {
      const authorization = token === '' ? undefined : `Bearer ${token}`
      return { url, path: `/api/v3/write_lp?${query({ db: database, precision: 'nanosecond' })}`, authorization }
    }
    default:
      return version satisfies never
  }
}
