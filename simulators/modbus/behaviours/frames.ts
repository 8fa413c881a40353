// Answers whose frames are wrong. Modbus TCP has transaction 0-1, length 4-5, unit 6 and function 7 (Modbus messaging on TCP/IP
// 1.0b, 3.1.3); bytes beside the frames come over any transport.

import { strayBytes } from '../../faults/stray-bytes'
import { withTransaction } from '../mbap-frame'
import type { FrameBehaviour } from './behaviour'
import type { Nature } from './nature'

const LENGTH_AT = 4
const FUNCTION_AT = 7
const EXCEPTION_BIT = 0x80

/** @param chance from [0, 1) */
export function frameNature(behaviour: FrameBehaviour, chance: () => number): Nature {
  switch (behaviour.kind) {
    case 'exception-length-4':
      return framed((answer) => (isException(answer) ? withLength(answer, 4) : answer))
    case 'extra-byte':
      return framed((answer) => withLength(Buffer.concat([answer, Buffer.of(0)]), lengthOf(answer) + 1))
    case 'length-6':
      return framed((answer) => withLength(answer, 6))
    case 'length-too-small':
      return framed((answer) => withLength(answer, lengthOf(answer) - 1))
    case 'length-garbage':
      return framed((answer) => withLength(answer, behaviour.length))
    case 'carriage-return':
      return strayBytes('cr', 'behind')
    case 'own-transactions': {
      let transaction = Math.floor(chance() * 0x1_0000)
      return framed((answer) => withTransaction(answer, ++transaction))
    }
    case 'transaction-0':
      return framed((answer) => withTransaction(answer, 0))
    case 'answers-as-unit':
      return { answer: (unitAndPdu) => Buffer.concat([Buffer.of(behaviour.unit), unitAndPdu.subarray(1)]) }
    case 'bytes-between':
      return strayBytes(behaviour.filler, behaviour.place)
  }
}

function framed(frame: (answer: Buffer) => Buffer): Nature {
  return { client: () => ({ frame }) }
}

function isException(answer: Buffer): boolean {
  return (answer.readUInt8(FUNCTION_AT) & EXCEPTION_BIT) !== 0
}

function lengthOf(answer: Buffer): number {
  return answer.readUInt16BE(LENGTH_AT)
}

function withLength(answer: Buffer, length: number): Buffer {
  const changed = Buffer.from(answer)
  changed.writeUInt16BE(length, LENGTH_AT)
  return changed
}
