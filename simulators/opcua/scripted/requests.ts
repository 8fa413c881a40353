// What a client asks of a server, as far as a reader of values does, parsed by hand (OPC 10000-4, 5; OPC 10000-6, 5.2 and 6.7.2).

import type { Reader } from '../raw/binary'
import { openRequest, SERVICES } from '../raw/messages'

/** As `i=85` or `ns=2;i=5001`. */
export type NodeText = string
export type ReadWish = { node: NodeText; attribute: number }
export type BrowseWish = { node: NodeText; isForward: boolean | undefined; referenceType: NodeText }
export type ItemWish = { node: NodeText; handle: number; samplingMs: number; queueSize: number }

/** What needs no look at the rest of the request. */
const PLAIN = [
  'OpenSecureChannel',
  'GetEndpoints',
  'CreateSession',
  'ActivateSession',
  'CloseSession',
  'CreateSubscription',
] as const
type PlainService = (typeof PLAIN)[number]

export type Ask =
  | { service: PlainService | 'Unknown' }
  | { service: 'Read'; wishes: readonly ReadWish[] }
  | { service: 'Browse'; wishes: readonly BrowseWish[] }
  | { service: 'CreateMonitoredItems'; wishes: readonly ItemWish[] }
  | { service: 'Publish'; acknowledged: readonly number[] }
  | { service: 'Republish'; sequenceNumber: number }
  /** Of so many things, each of which goes well. */
  | { service: 'DeleteMonitoredItems' | 'SetPublishingMode' | 'DeleteSubscriptions'; count: number }

export type Request = { requestId: number; requestHandle: number; ask: Ask }

/** Numbers of the binary encodings of requests and of their responses (OPC 10000-6, A.3), beside those of raw/messages.ts. */
export const TYPE_IDS = {
  Browse: [527, 530],
  DeleteMonitoredItems: [781, 784],
  SetPublishingMode: [799, 802],
  Republish: [832, 835],
  DeleteSubscriptions: [847, 850],
} as const

const BROWSE_FORWARD = 0
const BROWSE_BOTH = 2

/** Throws a RangeError for what is no request. */
export function parseAsk(frame: Buffer): Request {
  const { reader, requestId, typeId, requestHandle } = openRequest(frame)
  reader.skip(4)
  reader.skipString()
  reader.skip(4)
  reader.skipExtension()
  return { requestId, requestHandle, ask: askOf(typeId, reader) }
}

function askOf(typeId: number | undefined, reader: Reader): Ask {
  const plain = PLAIN.find((service) => SERVICES[service][0] === typeId)
  if (plain) return { service: plain }
  switch (typeId) {
    case SERVICES.Read[0]:
      reader.skip(8 + 4)
      return { service: 'Read', wishes: reader.array(() => readWish(reader)) }
    case SERVICES.CreateMonitoredItems[0]:
      reader.skip(4 + 4)
      return { service: 'CreateMonitoredItems', wishes: reader.array(() => itemWish(reader)) }
    case TYPE_IDS.Browse[0]:
      reader.nodeId()
      reader.skip(8 + 4 + 4)
      return { service: 'Browse', wishes: reader.array(() => browseWish(reader)) }
    case SERVICES.Publish[0]:
      return { service: 'Publish', acknowledged: reader.array(() => acknowledged(reader)) }
    case TYPE_IDS.Republish[0]:
      reader.skip(4)
      return { service: 'Republish', sequenceNumber: reader.uint32() }
    case TYPE_IDS.DeleteMonitoredItems[0]:
      reader.skip(4)
      return { service: 'DeleteMonitoredItems', count: reader.int32() }
    case TYPE_IDS.SetPublishingMode[0]:
      reader.skip(1)
      return { service: 'SetPublishingMode', count: reader.int32() }
    case TYPE_IDS.DeleteSubscriptions[0]:
      return { service: 'DeleteSubscriptions', count: reader.int32() }
    default:
      return { service: 'Unknown' }
  }
}

function readWish(reader: Reader): ReadWish {
  const node = reader.nodeIdText()
  const attribute = reader.uint32()
  reader.skipString()
  reader.skip(2)
  reader.skipString()
  return { node, attribute }
}

function itemWish(reader: Reader): ItemWish {
  const { node } = readWish(reader)
  reader.skip(4)
  const handle = reader.uint32()
  const samplingMs = reader.double()
  reader.skipExtension()
  const queueSize = reader.uint32()
  reader.skip(1)
  return { node, handle, samplingMs, queueSize }
}

/** Of the one subscription that there is. */
function acknowledged(reader: Reader): number {
  reader.skip(4)
  return reader.uint32()
}

function browseWish(reader: Reader): BrowseWish {
  const node = reader.nodeIdText()
  const direction = reader.int32()
  const referenceType = reader.nodeIdText()
  reader.skip(1 + 4 + 4)
  return { node, isForward: direction === BROWSE_BOTH ? undefined : direction === BROWSE_FORWARD, referenceType }
}
