// What a hostile server sends to exhaust its client: lengths that are not there, nesting without end, chunks for ever.

import { garbageOf } from '../../faults/reply-script'
import * as binary from './binary'
import { acknowledge, message } from './messages'

/** The largest Int32, which is what lengths are. */
const HUGE = 0x7fffffff
const DEEP = 50_000
const MANY = 1_000_000
const MANY_STRUCTURES = 5000
const LONG = 1024 * 1024
/** Argument_Encoding_DefaultBinary: a structure that begins with a text. */
const ARGUMENT = 298
/** DataChangeNotification_Encoding_DefaultBinary. */
const DATA_CHANGE = 811

/**
 * What becomes of a Read:
 * `huge-string` `huge-bytes` `huge-array`  a value that claims a length of 2^31-1
 * `huge-matrix`                            one whose dimensions claim far more than there is
 * `deep-variant`                           a value in a value in a value ...
 * `many-strings`                           a million empty texts: a long message, and longer in memory
 * `many-nulls`                             a million values that are not there: a byte each, and an object in memory
 * `rewinding`                              structures that claim to have no length, so that the bytes of the others are theirs, too
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
  'many-strings': () => binary.dataValue(binary.arrayVariant('String', MANY, repeated(binary.string(''), MANY))),
  'many-nulls': () => binary.dataValue(binary.arrayVariant('DataValue', MANY, Buffer.alloc(MANY))),
  rewinding: () => {
    const structure = Buffer.concat([binary.nodeId(ARGUMENT), binary.bytes(1), binary.uint32(0)])
    const long = binary.string(Buffer.alloc(LONG, 'x'))
    return binary.dataValue(
      binary.arrayVariant(
        'ExtensionObject',
        MANY_STRUCTURES,
        Buffer.concat([repeated(structure, MANY_STRUCTURES), long]),
      ),
    )
  },
} satisfies { readonly [name: string]: () => Buffer }
export type HostileValue = keyof typeof HOSTILE_VALUES

/** Diagnostics that hold inner diagnostics that hold ... (Part 6, 5.2.2.12). */
export function deepDiagnostics(): Buffer {
  return Buffer.concat([Buffer.alloc(DEEP, 0x40), binary.noDiagnostics])
}

/** What a Publish brings (Part 4, 7.25): a million samples in one. */
export function manySamples(): Buffer {
  const sample = Buffer.concat([binary.uint32(0), binary.bytes(0)])
  const body = Buffer.concat([binary.int32(MANY), repeated(sample, MANY), binary.int32(0)])
  return binary.array([Buffer.concat([binary.nodeId(DATA_CHANGE), binary.bytes(1), binary.string(body)])])
}

function repeated(part: Buffer, times: number): Buffer {
  return Buffer.alloc(part.length * times, part)
}

/**
 * What is sent instead of a reply:
 * `huge-chunk`    a header that claims 2 GB, and a little of them
 * `empty-chunk`   a header that claims less than itself
 * `huge-error`    an error whose reason claims 2 GB
 * `wrong-type`    a message of a kind that does not exist
 * `no-buffers`    an acknowledgement that allows chunks of 0 bytes
 * `half`          a message that stops in the middle, and then silence
 * `garbage`       bytes without a meaning
 * `broken-off`    the first part of a message, and that no more of it will come
 * `swarm`         as many chunks as go into a few packets, each as small as may be
 * `refusal`       an error as it should be, with a long reason
 */
export const HOSTILE_FRAMES = {
  'huge-chunk': () => message('MSGF', garbageOf(1000), HUGE),
  'empty-chunk': () => message('MSGF', Buffer.alloc(0), 0),
  'huge-error': () => message('ERRF', Buffer.concat([binary.uint32(0x80010000), binary.int32(HUGE)])),
  'wrong-type': () => message('XYZF', garbageOf(100)),
  'no-buffers': () => acknowledge(0),
  half: () => message('MSGF', garbageOf(500), 1000),
  garbage: () => garbageOf(5000),
  'broken-off': () => Buffer.concat([chunkOfMany(1, 1), chunkOfMany(2, 1, 'MSGA')]),
  swarm: () => repeated(message('MSGC', Buffer.alloc(4)), 20_000),
  refusal: () => message('ERRF', Buffer.concat([binary.uint32(0x807d0000), binary.string('no room '.repeat(5000))])),
} satisfies { readonly [name: string]: () => Buffer }
export type HostileFrame = keyof typeof HOSTILE_FRAMES

/** One of a message that never ends ('C': more follow), as large as both sides may send by themselves. */
export function chunkOfMany(sequenceNumber: number, requestId: number, kind = 'MSGC'): Buffer {
  const head = [7, 1, sequenceNumber, requestId].map(binary.uint32)
  return message(kind, Buffer.concat([...head, garbageOf(60_000)]))
}
