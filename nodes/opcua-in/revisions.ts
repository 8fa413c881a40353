// What a server made of the wishes for items: told in the log, once, since it makes the same of all of them.

import type { LogLevel } from '../../lib/contract/control'
import type { ItemAnswer, ItemWish } from './session'

export class Revisions {
  readonly #log: (level: LogLevel, text: string) => void
  #unfilteredTold = false
  #revisedTold = false

  constructor(log: (level: LogLevel, text: string) => void) {
    this.#log = log
  }

  unfiltered(name: string, status: string): void {
    if (this.#unfilteredTold) return
    this.#unfilteredTold = true
    this.#log('warn', `the server takes no such filter for "${name}" (${status}), and perhaps others: they go without`)
  }

  revised(wish: Pick<ItemWish, 'samplingMs' | 'queueSize'>, { samplingMs, queueSize }: ItemAnswer): void {
    const isSampled = wish.samplingMs < 0 || samplingMs <= wish.samplingMs
    if (this.#revisedTold || (isSampled && queueSize >= wish.queueSize)) return
    this.#revisedTold = true
    const wished = `to look ${frequencyText(wish.samplingMs)} and to keep ${wish.queueSize}`
    this.#log('info', `the server looks every ${samplingMs} ms and keeps ${queueSize} values; it was asked ${wished}`)
  }
}

/** As ItemWish has it. */
function frequencyText(samplingMs: number): string {
  if (samplingMs > 0) return `every ${samplingMs} ms`
  return samplingMs === 0 ? 'as often as it can' : 'as often as it publishes'
}
