// The PLC behind all its ports: what it is, what it holds, what it is doing to those who ask.

import { PlcMemory } from './memory'
import type { Ranges } from './ranges'
import { type Endpoint, type Series, type SeriesName, series } from './series'

export type PlcOptions = {
  series: SeriesName
  /** `builtin` if absent. */
  endpoint?: Endpoint
  /** Instead of those of the factory, by device. */
  ranges?: Ranges
  /** What CPU type (0101) tells, and for 1E the low byte of the code. */
  model?: { name: string; code: number }
  /** Monotonic clock of the moving values, ms. */
  now?: () => number
}

export class Plc {
  readonly series: Series
  readonly endpoint: Endpoint
  readonly model: { name: string; code: number }
  readonly memory: PlcMemory
  /** Its ports are locked by a remote password. */
  isLocked = false
  /** What it refuses random reads (0403) with: by its access settings, or since it was replaced by another one. */
  randomEndCode: number | undefined
  /** How long it takes for a request. */
  processingMs = 0

  constructor(options: PlcOptions) {
    this.series = series[options.series]
    this.endpoint = options.endpoint ?? 'builtin'
    this.model = options.model ?? this.series.model
    const now = options.now ?? (() => performance.now())
    const ranges = { ...this.series.ranges, ...options.ranges }
    this.memory = new PlcMemory(ranges, this.series.longCountersFrom, now)
  }
}
