import assert from 'node:assert/strict'
import { FrameStream } from '../../../simulators/faults/frames'

/** First byte = length of the frame. */
const lengthOf = (bytes: Buffer): number | undefined => (bytes.length === 0 ? undefined : bytes.readUInt8(0))
const two = Buffer.from([3, 1, 2, 4, 1, 2, 3])
const frames = [Buffer.from([3, 1, 2]), Buffer.from([4, 1, 2, 3])]

describe('A stream of frames', () => {
  it('finds every frame, wherever the stream is cut', () => {
    for (let cut = 0; cut <= two.length; cut++) {
      const stream = new FrameStream(lengthOf, 100)
      assert.deepEqual(
        [...stream.push(two.subarray(0, cut)), ...stream.push(two.subarray(cut))],
        frames,
        `cut at ${cut}`,
      )
    }
  })

  it('finds every frame byte by byte', () => {
    const stream = new FrameStream(lengthOf, 100)
    assert.deepEqual(
      [...two].flatMap((byte) => stream.push(Buffer.from([byte]))),
      frames,
    )
  })

  it('refuses a length that leads nowhere', () => {
    assert.throws(() => new FrameStream(() => 0, 100).push(two), RangeError)
    assert.throws(() => new FrameStream(() => 101, 100).push(two), RangeError)
  })
})
