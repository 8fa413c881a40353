// Which of the items that a device refuses together it refuses alone. One request a step: what was refused is halved until
// the first culprit is found, and what was answered on the way need not be asked for again.

import { type Block, blockAround, type Span } from './blocks'

/** Nobody asked for what is refused: it lies between two items. */
export type Hole = { readonly address: number; readonly length: number }

export type Finding<Item> =
  /** Refused even when asked for alone. */
  | { readonly kind: 'culprit'; readonly item: Item }
  /** Nothing of this could be read, wherever it was tried. */
  | { readonly kind: 'range'; readonly items: readonly Item[] }
  /** What lies before `address` and what follows is answered, but not together: `length` is too long, it seems. */
  | { readonly kind: 'apart'; readonly address: number; readonly length: number }

/** After so many culprits in a row a few of the items behind them are tried, since everything may be refused. */
const CULPRITS_IN_A_ROW = 4
const SAMPLES = 4
/** Fewer items than this are tried one by one. */
const RANGE_MIN = 9
/** Multiples of it, without their whole part, are spread evenly over [0, 1). */
const GOLDEN_RATIO = 0.618_033_988_75

/**
 * `sample` one item somewhere · `part` what may be to blame, from #start on · `alone` an item without the gap before it,
 * which was refused with it · `rest` what nothing is known of · `again` what was answered part by part only
 */
type Step = { purpose: 'sample' | 'part' | 'alone' | 'rest' | 'again'; first: number; end: number; address: number }

/** Accuses no item that was not asked for alone, unless all samples of its range were refused. */
export class Search<Item extends Span> {
  readonly #area: Item['area']
  readonly #items: readonly Item[]
  readonly #turn: number
  /** The items before are settled. */
  #from = 0
  /** Above #from: something from #start to the end of the items before #to is refused; else nothing is known of the rest. */
  #to: number
  /** Not above the address of the item #from: a gap before it may be to blame, too. */
  #start: number
  /** Where the last refused request began, and with which item. */
  #refusedStart: number
  #refusedFrom = 0
  /** It has been refused without what was answered before it, so it is no question of length. */
  #narrowed = false
  /** First items of what has been answered since the last refusal, part by part. */
  #parts: number[] = []
  /** When all parts are answered, though not together: from which of them on they are asked for next; else -1. */
  #joining = -1
  #culpritsInARow = 0
  /** Still to be tried, as indexes; undefined before, empty after. */
  #samples: number[] | undefined
  #step: Step

  /** The items of the block, two or more, were refused together. Another `turn` takes other samples. */
  constructor(block: Block<Item>, turn = 0) {
    this.#area = block.area
    this.#items = block.items
    this.#to = block.items.length
    this.#start = block.address
    this.#refusedStart = block.address
    this.#turn = turn
    this.#step = { purpose: 'rest', first: 0, end: 0, address: block.address }
  }

  /** What is neither answered nor found guilty. */
  get pending(): readonly Item[] {
    return this.#items.slice(this.#from)
  }

  get over(): boolean {
    return this.#from === this.#items.length && this.#joining < 0
  }

  /** Tries a few items before any other, unless that has been done: what lies around these is refused whole. */
  trySamples(): void {
    if (this.#items.length - this.#from >= RANGE_MIN) this.#samples ??= this.#spread()
  }

  /** What to ask for next. */
  next(): Block<Item> | undefined {
    if (this.over) return undefined
    this.#step = this.#choose()
    const { first, end, address } = this.#step
    const around = blockAround(this.#area, this.#items.slice(first, end))
    return { ...around, address, length: around.address + around.length - address }
  }

  /** The device gave what `next` said. */
  answered(): Hole | undefined {
    const { purpose, first, end } = this.#step
    if (purpose === 'sample') {
      this.#samples = []
      return undefined
    }
    this.#culpritsInARow = 0
    switch (purpose) {
      case 'again':
        // when even all of them are, it was refused for a moment only
        this.#joining--
        return undefined
      case 'alone': {
        const address = this.#start
        this.#settle(end)
        return { address, length: this.#addressOf(first) - address }
      }
      case 'rest':
        this.#settle(end)
        return undefined
      case 'part':
        this.#parts.push(first)
        this.#from = end
        if (end === this.#to) this.#joining = this.#parts.length - 2
        else this.#start = Math.min(this.#addressOf(end), this.#endOf(first, end))
        return undefined
    }
  }

  /** The device refused it. */
  refused(): Finding<Item> | undefined {
    const { purpose, first, end, address } = this.#step
    if (purpose === 'sample') return this.#sampleRefused()
    if (purpose === 'again') return this.#apart()
    const item = this.#items[first]
    if (end - first === 1 && address === item?.address) return this.#culprit(item, end)
    const whole = purpose === 'part' && end === this.#to
    this.#narrowed = whole || (this.#narrowed && purpose === 'part')
    this.#refusedStart = address
    this.#refusedFrom = first
    this.#parts = []
    this.#start = address
    this.#to = end
    return undefined
  }

  #choose(): Step {
    const first = this.#from
    const address = this.#addressOf(first)
    const [sample] = this.#samples ?? []
    if (sample !== undefined) {
      return { purpose: 'sample', first: sample, end: sample + 1, address: this.#addressOf(sample) }
    }
    if (this.#joining >= 0) {
      const from = this.#parts[this.#joining] ?? 0
      const start = this.#joining === 0 ? this.#refusedStart : this.#addressOf(from)
      return { purpose: 'again', first: from, end: this.#to, address: start }
    }
    const count = this.#to - first
    if (count <= 0) {
      // next to a culprit there often is another one
      const end = this.#culpritsInARow > 0 ? first + 1 : this.#items.length
      return { purpose: 'rest', first, end, address }
    }
    const answeredBefore = this.#refusedFrom < first
    if (count === 1 && !answeredBefore) return { purpose: 'alone', first, end: first + 1, address }
    const whole = count === 1 || (answeredBefore && !this.#narrowed)
    return { purpose: 'part', first, end: whole ? this.#to : first + Math.ceil(count / 2), address: this.#start }
  }

  #settle(end: number): void {
    this.#from = end
    this.#to = end
  }

  #culprit(item: Item, end: number): Finding<Item> {
    this.#settle(end)
    this.#narrowed = false
    this.#culpritsInARow++
    if (this.#culpritsInARow >= CULPRITS_IN_A_ROW) this.trySamples()
    return { kind: 'culprit', item }
  }

  #sampleRefused(): Finding<Item> | undefined {
    this.#samples?.shift()
    if (this.#samples?.length !== 0) return undefined
    const items = this.#items.slice(this.#from - this.#culpritsInARow)
    this.#settle(this.#items.length)
    return { kind: 'range', items }
  }

  /** The last parts are answered together, but not with the one before them. */
  #apart(): Finding<Item> {
    const { first, end, address } = this.#step
    const border = this.#addressOf(this.#parts[this.#joining + 1] ?? first)
    this.#joining = -1
    this.#narrowed = false
    return { kind: 'apart', address: border, length: this.#endOf(first, end) - address }
  }

  #addressOf(index: number): number {
    return this.#items[index]?.address ?? 0
  }

  #endOf(first: number, end: number): number {
    const { address, length } = blockAround(this.#area, this.#items.slice(first, end))
    return address + length
  }

  #spread(): number[] {
    const count = this.#items.length - this.#from
    const shift = (this.#turn * GOLDEN_RATIO) % 1
    return Array.from({ length: SAMPLES }, (_, nth) => this.#from + Math.floor(((nth / SAMPLES + shift) % 1) * count))
  }
}
