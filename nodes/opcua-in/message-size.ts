// How many values the server may send in one message. Values that can be read one by one may be too much for one message together.

/** More than that is left for the next message. */
const NOTIFICATIONS_MAX = 20_000
/** The server's clock and its state are told with the values. */
const OWN_ITEMS = 2
/** After so many searches in a row that found no reason, the subscription is of no use. */
const FRUITLESS_MAX = 3

/** `found`: the reason has been put aside. */
export type SearchStep = 'found' | 'smaller' | 'again' | 'give-up'

export class MessageSize {
  readonly #items: number
  #max = NOTIFICATIONS_MAX
  #isUnread = false
  #fruitless = 0

  /** @param tags that are wanted */
  constructor(tags: number) {
    this.#items = tags + OWN_ITEMS
  }

  get notificationsMax(): number {
    return this.#max
  }
  /** No message that could not be read waits for its search. */
  get isFirst(): boolean {
    return !this.#isUnread && this.#fruitless === 0
  }

  /** A new subscription: what was learned holds. */
  begin(): void {
    this.#isUnread = false
    this.#fruitless = 0
  }

  cannotRead(): void {
    this.#isUnread = true
  }

  couldRead(): void {
    this.#fruitless = 0
  }

  /** Whether what is read now is to find the reason. */
  begins(): boolean {
    const isSearch = this.#isUnread
    this.#isUnread = false
    return isSearch
  }

  /** @param found values that cannot be read on their own either */
  searched(found: number): SearchStep {
    if (found > 0) {
      this.#fruitless = 0
      return 'found'
    }
    const smaller = Math.ceil(Math.min(this.#max, this.#items) / 2)
    if (this.#max > 1) {
      this.#max = smaller
      return 'smaller'
    }
    this.#fruitless++
    return this.#fruitless >= FRUITLESS_MAX ? 'give-up' : 'again'
  }
}
