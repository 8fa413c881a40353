// A stream of bytes as the frames that are in it.

/** @returns the length of the frame that begins `bytes`, or undefined while that cannot be told yet */
export type FrameLength = (bytes: Buffer) => number | undefined

export class FrameStream {
  private readonly lengthOf: FrameLength
  private readonly maxLength: number
  private rest = Buffer.alloc(0)

  /** @param maxLength what claims to be longer is no frame */
  constructor(lengthOf: FrameLength, maxLength: number) {
    this.lengthOf = lengthOf
    this.maxLength = maxLength
  }

  /** @returns the frames that are complete now. Throws a RangeError where no frame can be found. */
  push(chunk: Buffer): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk])
    const frames: Buffer[] = []
    for (;;) {
      const length = this.lengthOf(this.rest)
      if (length !== undefined && (length < 1 || length > this.maxLength))
        throw new RangeError(`a frame of ${length} bytes`)
      if (length === undefined || this.rest.length < length) return frames
      frames.push(this.rest.subarray(0, length))
      this.rest = this.rest.subarray(length)
    }
  }
}
