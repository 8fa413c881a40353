// How much a message may unfold to while the library decodes it: a null in an array is one byte on the wire and an object of
// 150 bytes here. Structures in values stay bytes.

import { BinaryStream } from 'node-opcua-binary-stream'
import { MessageBuilder, OpenSecureChannelResponse, Variant } from 'node-opcua-client'
import { StatusCodes } from 'node-opcua-status-code'
import { Fault, messageOf } from '../../../lib/contract/fault'
import { decodeBodies } from './bodies'
import { MESSAGE_MAX_BYTES } from './chunks'
import { keepAge } from './lasting-age'
import { decodeMatrix } from './matrices'
import { UnreadableAnswer } from './unreadable'

/** Elements of arrays, values and structures in one message: those of 20 000 notifications, several times over. */
export const PARTS_MAX = 200_000
const IS_ARRAY = 0x80
const TYPE = 0x3f
/** Built-in types (OPC 10000-6, 5.1.2) whose arrays stay the bytes that they are: SByte to UInt32, Float, Double. */
const COMPACT = new Set([2, 3, 4, 5, 6, 7, 10, 11])

type Budget = { parts: number; textBytes: number; fault: Fault | undefined }

/** Of the message that is decoded at this moment. */
let budget: Budget | undefined
let isInstalled = false

/**
 * Whatever is wrong with what is fed ends in a Fault, and neither in silence nor out of reach; a response that cannot be decoded
 * is a refusal of its request instead.
 */
export function strictly(feed: () => void): void {
  install()
  const own = newBudget()
  budget = own
  try {
    feed()
  } catch (thrown) {
    own.fault ??= malformed(messageOf(thrown))
  } finally {
    budget = undefined
  }
  // Also where the library swallowed it.
  if (own.fault) throw own.fault
}

function newBudget(): Budget {
  return { parts: PARTS_MAX, textBytes: MESSAGE_MAX_BYTES, fault: undefined }
}

function malformed(why: string): Fault {
  return new Fault('protocol', 'malformed-message', `the server sent a message that cannot be read: ${why}`)
}

/** Once it is overdrawn, nothing more is decoded. */
function spend(kind: 'parts' | 'textBytes', count: number): void {
  const own = budget
  if (!own) return
  own[kind] -= count
  if (own[kind] >= 0) return
  own.fault ??= new Fault(
    'protocol',
    'message-too-large',
    `the server sent a message of more than ${PARTS_MAX} parts: read fewer arrays, or shorter ones`,
  )
  throw own.fault
}

/** The first thing that goes wrong says it best; the library swallows some, and wraps others. */
function noted(decode: () => void): void {
  try {
    decode()
  } catch (thrown) {
    if (budget) budget.fault ??= malformed(messageOf(thrown))
    throw thrown
  }
}

/** The library has one decoder for the whole process, and no other place to look at what it does. */
function install(): void {
  if (isInstalled) return
  isInstalled = true
  const { checkArrayLength, enterNestingLevel, readString } = BinaryStream.prototype
  BinaryStream.prototype.checkArrayLength = function (length) {
    spend('parts', length)
    noted(() => checkArrayLength.call(this, length))
  }
  BinaryStream.prototype.enterNestingLevel = function () {
    spend('parts', 1)
    noted(() => enterNestingLevel.call(this))
  }
  BinaryStream.prototype.readString = function () {
    const at = this.length
    const text = readString.call(this)
    spend('textBytes', this.length - at)
    return text
  }
  const { decode } = Variant.prototype
  Variant.prototype.decode = function (stream) {
    spend('parts', elementsAhead(stream))
    noted(() => {
      if (!budget) return decode.call(this, stream)
      const decodeList = (): void => {
        if (!decodeBodies(this, stream)) decode.call(this, stream)
      }
      if (!decodeMatrix(this, stream, decodeList)) decodeList()
    })
  }
  const { emit } = MessageBuilder.prototype
  MessageBuilder.prototype.emit = function (event: string | symbol, ...parts: unknown[]): boolean {
    const told = budget ? intercept(this, budget, event, parts) : [event, ...parts]
    return Boolean(Reflect.apply(emit, this, told))
  }
}

/** Of an array that does not stay compact. */
function elementsAhead({ buffer, length: at }: BinaryStream): number {
  if (at + 5 > buffer.length) return 0
  const encoding = buffer.readUInt8(at)
  if ((encoding & IS_ARRAY) === 0 || COMPACT.has(encoding & TYPE)) return 0
  return Math.max(0, buffer.readInt32LE(at + 1))
}

/**
 * What the library is to hear instead. It ignores messages that it cannot decode, so that everybody waits in vain, and errors that
 * belong to no request.
 */
function intercept(builder: MessageBuilder, own: Budget, event: string | symbol, parts: unknown[]): unknown[] {
  const [first, status, , requestId] = parts
  // The library reads on behind a notification that it cannot decode, and tells what it has of it.
  const isInPart = event === 'message' && own.fault !== undefined
  if ((event === 'invalid_message' || isInPart) && !(first instanceof OpenSecureChannelResponse)) {
    return refusalInstead(builder, own, 'it is not built as it should be')
  }
  // of a type that does not exist: the errors before it are about the framing
  if (event === 'error' && status === StatusCodes.BadNotSupported) {
    return refusalInstead(builder, own, messageOf(first))
  }
  if (event === 'error') noted(() => refuse(messageOf(first)))
  if (event === 'invalid_message') noted(() => refuse('it is not built as it should be'))
  if (event === 'message' && first instanceof OpenSecureChannelResponse) keepAge(first.securityToken, 'createdAt')
  // A response is found by the id of its request; of one with another handle the library would write a long description.
  if (event === 'message' && isResponse(first)) first.responseHeader.requestHandle = Number(requestId)
  return [event, ...parts]
}

/** The chunks were sound, and tell which request it is that has been answered with what cannot be decoded. */
function refusalInstead(builder: MessageBuilder, own: Budget, why: string): unknown[] {
  const requestId = builder.sequenceHeader?.requestId ?? 0
  const answer = new UnreadableAnswer(requestId, own.fault ?? malformed(why))
  Object.assign(own, newBudget())
  return ['message', answer, 'MSG', builder.securityHeader, requestId, builder.channelId]
}

function refuse(why: string): never {
  throw new Error(why)
}

function isResponse(message: unknown): message is { responseHeader: { requestHandle: number } } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'responseHeader' in message &&
    typeof message.responseHeader === 'object' &&
    message.responseHeader !== null
  )
}
