// How many values the server may send in one message. Values that can be read one by one may be too much for one message together.

/** More than that is left for the next message. */
const NOTIFICATIONS_MAX = 20_000
/** The server's clock and its state are told with the values. */
const OWN_ITEMS = 2

/** `found`: the reason has been put aside. `nothing`: no message is smaller than that of one value. */
export type SearchResult = 'found' | 'smaller' | 'nothing'

export class MessageSize {
  readonly #items: number
  #max = NOTIFICATIONS_MAX
  #isSearchWanted = false
  #isLastUnreadable = false

  /** @param tags that are wanted */
  constructor(tags: number) {
    this.#items = tags + OWN_ITEMS
  }

  get notificationsMax(): number {
    return this.#max
  }

  /** A new subscription: what was learned holds. */
  begin(): void {
    this.#isSearchWanted = false
    this.#isLastUnreadable = false
  }

  couldRead(): void {
    this.#isLastUnreadable = false
  }
  /** Whether it is the first in a row. */
  cannotRead(): boolean {
    const isFirst = !this.#isLastUnreadable
    this.#isLastUnreadable = true
    this.#isSearchWanted = true
    return isFirst
  }

  /** Whether what is read now is to find the reason. */
  beginSearch(): boolean {
    const isWanted = this.#isSearchWanted
    this.#isSearchWanted = false
    return isWanted
  }

  /** @param found values that cannot be read on their own either */
  endSearch(found: number): SearchResult {
    if (found > 0) return 'found'
    if (this.#max === 1) return 'nothing'
    this.#max = Math.ceil(Math.min(this.#max, this.#items) / 2)
    return 'smaller'
  }
}
