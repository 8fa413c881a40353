// What takes a tag's value out of an answer, and what stands there instead of a value that cannot be read.

/** Why there is no value: a sentence for the user. */
export class Unreadable {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export type Scalar = number | boolean | string

/**
 * Reads what begins at `at`: a byte of registers, a bit of packed bits. Throws a RangeError beyond the end of the view. What it
 * returns is a value or says why there is none: never NaN, never an infinity. Numbers and booleans cost no allocation.
 */
export type Decoder = (view: DataView, at: number) => Scalar | Scalar[] | Unreadable
export type ScalarDecoder = (view: DataView, at: number) => Scalar | Unreadable

/** An array is as good as the worst of its elements. */
export function arrayOf(
  length: number,
  element: (view: DataView, at: number, index: number) => Scalar | Unreadable,
): Decoder {
  return (view, at) => {
    const values: Scalar[] = []
    for (let index = 0; index < length; index++) {
      const value = element(view, at, index)
      if (value instanceof Unreadable) return new Unreadable(`element [${index}]: ${value.reason}`)
      values.push(value)
    }
    return values
  }
}
