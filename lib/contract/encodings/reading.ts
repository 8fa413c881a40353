// What a text says when it is read in another encoding, and where in the text that stands.

export class Reading {
  readonly chars: string
  /** Where each character begins and ends in the first text; absent in the first text itself. */
  readonly #begins: readonly number[] | undefined
  readonly #ends: readonly number[] | undefined

  constructor(chars: string, begins?: readonly number[], ends?: readonly number[]) {
    this.chars = chars
    this.#begins = begins
    this.#ends = ends
  }

  begin(index: number): number {
    return this.#begins?.[index] ?? index
  }
  end(index: number): number {
    return this.#ends?.[index] ?? index + 1
  }
}

/** Reads a text in one encoding; undefined where nothing in it is in that encoding. */
export type Decoder = (reading: Reading) => Reading | undefined

/** A character that no text has (Unicode, 23.7): what stands on both sides of it does not belong together. */
export const APART = '\uffff'

/** Puts together what is read. Places are those in the source. */
export class Draft {
  readonly #source: Reading
  readonly #chars: string[] = []
  readonly #begins: number[] = []
  readonly #ends: number[] = []

  constructor(source: Reading) {
    this.#source = source
  }

  /** `text` is what stands from `from` to before `to`. */
  add(text: string, from: number, to: number): void {
    this.#chars.push(text)
    const begin = this.#source.begin(from)
    const end = this.#source.end(to - 1)
    for (let unit = 0; unit < text.length; unit++) {
      this.#begins.push(begin)
      this.#ends.push(end)
    }
  }

  copy(from: number, to: number): void {
    for (let index = from; index < to; index++) this.add(this.#source.chars.charAt(index), index, index + 1)
  }

  reading(): Reading | undefined {
    return this.#chars.length === 0 ? undefined : new Reading(this.#chars.join(''), this.#begins, this.#ends)
  }
}
