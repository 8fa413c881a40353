// Whose turn it is: items that are read in every n-th cycle only, and at once again after they were missed.

/** `every`: it is read in every n-th cycle; absent = in each. */
type Readable = { readonly every?: number }

export class Turns<Item extends Readable> {
  readonly #rare: readonly Item[]
  readonly #intervals: readonly number[]
  readonly #missed = new Set<Item>()
  #cycle = -1

  constructor(items: readonly Item[]) {
    this.#rare = items.filter(({ every = 1 }) => every > 1)
    this.#intervals = [...new Set(this.#rare.map(({ every = 1 }) => every))].sort((a, b) => a - b)
  }

  /** Items that are not read in each cycle. */
  get rare(): readonly Item[] {
    return this.#rare
  }

  /** The same for two cycles in which it is the turn of the same items; '' when that is so in all of them. */
  get key(): string {
    if (this.#rare.length === 0) return ''
    const due = this.#intervals.filter((every) => this.#cycle % every === 0).join()
    return this.#missed.size === 0 ? due : `${due} and ${[...this.#missed].map((item) => this.#rare.indexOf(item))}`
  }

  /** The next cycle begins. */
  begin(): void {
    this.#cycle++
  }

  isDue(item: Item): boolean {
    return this.#cycle % (item.every ?? 1) === 0 || this.#missed.has(item)
  }

  /** After a cycle: those of its rare items that were due and have no value are due in the next one, too. */
  note(item: Item, wasRead: boolean): void {
    if (wasRead) this.#missed.delete(item)
    else if (this.isDue(item)) this.#missed.add(item)
  }

  /** With the next cycle it is everybody's turn. */
  restart(): void {
    this.#cycle = -1
    this.#missed.clear()
  }
}
