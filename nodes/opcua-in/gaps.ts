// The parts of a value that cannot be told, though the value can: where they are, and why.

/** So many of one value are named. */
const LISTED_MAX = 10
/** Of all tags: a server may have something else to say at every reading. */
const TOLD_MAX = 1000

export type GapList = { readonly listed: readonly string[]; readonly more: number }

export function gapText({ listed, more }: GapList): string {
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** Of a value that is being made. */
export class Gaps {
  readonly #listed: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }
  add(gap: string): void {
    if (this.#listed.length < LISTED_MAX) this.#listed.push(gap)
    this.#count++
  }
  /** Those that came later belong to what is null as a whole. */
  keepFirst(count: number): void {
    this.#listed.splice(count)
    this.#count = count
  }
  /** undefined if there are none. */
  get list(): GapList | undefined {
    return this.#count === 0 ? undefined : { listed: this.#listed, more: this.#count - this.#listed.length }
  }
}

/** Each is worth one line of the log. */
export class GapLog {
  readonly #warn: (text: string) => void
  readonly #told = new Set<string>()

  constructor(warn: (text: string) => void) {
    this.#warn = warn
  }

  tell(tag: string, gaps: GapList): void {
    const news = gaps.listed.filter((gap) => !this.#told.has(keyOf(tag, gap)))
    if (news.length === 0 || this.#told.size >= TOLD_MAX) return
    for (const gap of news) this.#told.add(keyOf(tag, gap))
    this.#warn(`tag "${tag}" has parts that cannot be told: ${gapText({ ...gaps, listed: news })}`)
    if (this.#told.size >= TOLD_MAX) this.#warn('more parts of values that cannot be told are not named any more')
  }
}

function keyOf(tag: string, gap: string): string {
  return `${tag} ${gap}`
}
