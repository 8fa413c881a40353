// How a reply of a PLC can be wrong; the names say what a client would find. What a frame has no field for stays as it is.

import type { Corruptions } from '../faults/reply-script'
import { FieldReader, numberField } from './fields'
import { layoutOf, type QnaFrame, subheaders, widthOf } from './qna-frame'
import type { Encoding, Frame } from './series'

/** Of a port that speaks these frames. */
export function melsecCorruptions(encoding: Encoding, frames: readonly Frame[]): Corruptions {
  const all: { [what: string]: (reply: Buffer) => Buffer } = { ...everyFrame(encoding) }
  if (frames.some((frame) => frame !== '1E')) Object.assign(all, withLength(encoding))
  if (frames.includes('4E')) Object.assign(all, withSerial(encoding))
  if (encoding === 'ascii') {
    // where a word is expected
    all['not-hex'] = (reply) => Buffer.concat([reply.subarray(0, -1), Buffer.from('G')])
    all['lower-case'] = (reply) => Buffer.from(reply.toString('latin1').toLowerCase(), 'latin1')
  }
  return all
}

const WORD = 2

function everyFrame(encoding: Encoding) {
  const word = numberField(0, WORD, encoding)
  return {
    /** That of no reply at all. */
    subheader: (reply) => {
      const changed = Buffer.from(reply)
      numberField(0x7f, 1, encoding).copy(changed)
      return changed
    },
    /** That of the request. */
    'subheader-of-request': (reply) => {
      const changed = Buffer.from(reply)
      if (reply.length < widthOf(1, encoding)) return changed
      const first = new FieldReader(reply, encoding).number(1)
      numberField(first & 0x7f, 1, encoding).copy(changed)
      return changed
    },
    /** Ends in its middle; the header tells of all of it. */
    truncated: (reply) => Buffer.from(reply.subarray(0, Math.floor(reply.length / 2))),
    /** A message without fault, but with a word fewer than was asked for. */
    'fewer-points': (reply) => resized(reply.subarray(0, -word.length), encoding),
    /** The same with a word more. */
    'more-points': (reply) => resized(Buffer.concat([reply, word]), encoding),
    /** It went well, and there is no data. */
    'no-data': (reply) => {
      const frame = qnaFrameOf(reply, encoding)
      const end = frame ? layoutOf(frame, encoding).body + word.length : 2 * widthOf(1, encoding)
      return resized(reply.subarray(0, end), encoding)
    },
    /** The end code of an error, and nothing of what has to follow. */
    'error-without-information': (reply) => {
      const frame = qnaFrameOf(reply, encoding)
      if (!frame) return Buffer.concat([reply.subarray(0, widthOf(1, encoding)), numberField(0x5b, 1, encoding)])
      const { body } = layoutOf(frame, encoding)
      return resized(Buffer.concat([reply.subarray(0, body), numberField(0xc051, WORD, encoding)]), encoding)
    },
  } as const satisfies Corruptions
}

function withLength(encoding: Encoding) {
  const change = (reply: Buffer, to: (length: number) => number): Buffer => {
    const frame = qnaFrameOf(reply, encoding)
    if (!frame) return reply
    const { length } = layoutOf(frame, encoding)
    const said = new FieldReader(reply.subarray(length), encoding).number(WORD)
    const changed = Buffer.from(reply)
    numberField(to(said), WORD, encoding).copy(changed, length)
    return changed
  }
  return {
    /** One byte fewer in the length field than there are. */
    'length-too-short': (reply) => change(reply, (length) => length - 1),
    /** More bytes in the length field than will ever come. */
    'length-too-long': (reply) => change(reply, (length) => length + 5),
    'length-0': (reply) => change(reply, () => 0),
    /** Shorter than an end code. */
    'length-1': (reply) => change(reply, () => 1),
    'length-65535': (reply) => change(reply, () => 65_535),
    /** From another network and station. */
    route: (reply) => {
      const frame = qnaFrameOf(reply, encoding)
      if (!frame) return reply
      const changed = Buffer.from(reply)
      numberField(0x0201, WORD, encoding).copy(changed, layoutOf(frame, encoding).route)
      return changed
    },
  } as const satisfies Corruptions
}

function withSerial(encoding: Encoding) {
  return {
    /** The reply to an earlier request. */
    serial: (reply) => {
      if (qnaFrameOf(reply, encoding) !== '4E') return reply
      const { serial } = layoutOf('4E', encoding)
      const said = new FieldReader(reply.subarray(serial), encoding).number(WORD)
      const changed = Buffer.from(reply)
      numberField((said + 0xffff) & 0xffff, WORD, encoding).copy(changed, serial)
      return changed
    },
  } as const satisfies Corruptions
}

/** Its length field says what there is, where it has one. */
function resized(reply: Buffer, encoding: Encoding): Buffer {
  const frame = qnaFrameOf(reply, encoding)
  if (!frame) return Buffer.from(reply)
  const { length, body } = layoutOf(frame, encoding)
  const changed = Buffer.from(reply)
  numberField(Math.max(0, reply.length - body), WORD, encoding).copy(changed, length)
  return changed
}

function qnaFrameOf(reply: Buffer, encoding: Encoding): QnaFrame | undefined {
  const text = encoding === 'binary' ? reply.subarray(0, 2).toString('hex') : reply.subarray(0, 4).toString('latin1')
  const frames: QnaFrame[] = ['3E', '4E']
  return frames.find(
    (frame) => subheaders[frame].reply === text.toUpperCase() && reply.length >= layoutOf(frame, encoding).body,
  )
}
