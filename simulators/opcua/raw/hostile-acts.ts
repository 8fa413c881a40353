// What a hostile server sends to exhaust its client: lengths that are not there, nesting without end, chunks for ever.

import { garbageOf } from '../../faults/reply-script'
import * as binary from './binary'
import { acknowledge, message } from './messages'

/** The largest Int32, which is what lengths are. */
const HUGE = 0x7fffffff
const DEEP = 50_000

/**
 * What becomes of a Read:
 * `huge-string` `huge-bytes` `huge-array`  a value that claims a length of 2^31-1
 * `huge-matrix`                            one whose dimensions claim far more than there is
 * `deep-variant`                           a value in a value in a value ...
 */
export const HOSTILE_VALUES = {
  'huge-string': () => binary.dataValue(binary.scalar('String', binary.int32(HUGE))),
  'huge-bytes': () => binary.dataValue(binary.scalar('ByteString', binary.int32(HUGE))),
  'huge-array': () => binary.dataValue(binary.arrayVariant('Int32', HUGE, Buffer.alloc(0))),
  'huge-matrix': () => binary.dataValue(binary.arrayVariant('Int32', 1, binary.int32(1), [65_536, 65_536, 65_536])),
  'deep-variant': () => {
    const level = Buffer.concat([binary.bytes(binary.VARIANT_TYPES.Variant | 0x80), binary.int32(1)])
    const innermost = binary.scalar('Int32', binary.int32(1))
    return binary.dataValue(Buffer.concat([...Array.from({ length: DEEP }, () => level), innermost]))
  },
} satisfies { readonly [name: string]: () => Buffer }
export type HostileValue = keyof typeof HOSTILE_VALUES

/** Diagnostics that hold inner diagnostics that hold ... (Part 6, 5.2.2.12). */
export function deepDiagnostics(): Buffer {
  return Buffer.concat([Buffer.alloc(DEEP, 0x40), binary.noDiagnostics])
}

/**
 * What is sent instead of a reply:
 * `huge-chunk`    a header that claims 2 GB, and a little of them
 * `empty-chunk`   a header that claims less than itself
 * `huge-error`    an error whose reason claims 2 GB
 * `wrong-type`    a message of a kind that does not exist
 * `no-buffers`    an acknowledgement that allows chunks of 0 bytes
 */
export const HOSTILE_FRAMES = {
  'huge-chunk': () => message('MSGF', garbageOf(1000), HUGE),
  'empty-chunk': () => message('MSGF', Buffer.alloc(0), 0),
  'huge-error': () => message('ERRF', Buffer.concat([binary.uint32(0x80010000), binary.int32(HUGE)])),
  'wrong-type': () => message('XYZF', garbageOf(100)),
  'no-buffers': () => acknowledge(0),
} satisfies { readonly [name: string]: () => Buffer }
export type HostileFrame = keyof typeof HOSTILE_FRAMES

/** One of a message that never ends ('C': more follow), as large as both sides may send by themselves. */
export function chunkOfMany(sequenceNumber: number, requestId: number): Buffer {
  const head = [7, 1, sequenceNumber, requestId].map(binary.uint32)
  return message('MSGC', Buffer.concat([...head, garbageOf(60_000)]))
}
