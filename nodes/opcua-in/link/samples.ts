// Values, and what a Publish brings, as they came off the wire.

import {
  DataChangeNotification,
  DataValue,
  NodeId,
  type PublishResponse,
  StatusChangeNotification,
  StatusCode,
  Variant,
  VariantArrayType,
} from 'node-opcua-client'
import { nodeText } from '../node-ids'
import type { Publication, Sample, WireValue } from '../session'
import { isKnownTime } from '../times'
import { nodeRefOf } from './nodes'

export function publicationOf({
  subscriptionId,
  notificationMessage,
}: Pick<PublishResponse, 'subscriptionId' | 'notificationMessage'>): Publication {
  const samples: Publication['samples'] = []
  let ended: string | undefined
  for (const notification of notificationMessage.notificationData ?? []) {
    if (notification instanceof DataChangeNotification) {
      for (const { clientHandle, value } of notification.monitoredItems ?? []) {
        samples.push({ handle: clientHandle, sample: sampleOf(value) })
      }
    } else if (notification instanceof StatusChangeNotification) ended = notification.status.name
  }
  return { subscriptionId, sequenceNumber: notificationMessage.sequenceNumber, samples, ended }
}

export function sampleOf({ statusCode, value, sourceTimestamp }: DataValue): Sample {
  const sourceTime = sourceTimestamp?.getTime()
  return {
    code: statusCode.value,
    status: statusCode.name,
    value: value && wireValueOf(value),
    sourceTime: sourceTime !== undefined && isKnownTime(sourceTime) ? sourceTime : undefined,
  }
}

function wireValueOf({ dataType: type, arrayType, dimensions, value }: Variant): WireValue {
  const isArray = arrayType !== VariantArrayType.Scalar
  return {
    type,
    isArray,
    dimensions: arrayType === VariantArrayType.Matrix ? (dimensions ?? undefined) : undefined,
    data: isArray && Array.isArray(value) && type > PLAIN_MAX ? value.map(neutral) : neutral(ownBytes(value)),
  }
}

/** Built-in types (OPC 10000-6, 5.1.2) up to this have no classes of the library's. */
const PLAIN_MAX = 14

/** Without the library's classes, in the forms that structures/builtin.ts has them. */
function neutral(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data
  if (Buffer.isBuffer(data)) return ownBytes(data)
  if (data instanceof NodeId) return nodeText(addressOf(data))
  if (data instanceof StatusCode) return data.name
  if (data instanceof DataValue) return sampleOf(data)
  if (data instanceof Variant) return wireValueOf(data)
  return data
}

/** An expanded NodeId brings the URI of its namespace instead of the index (OPC 10000-6, 5.2.2.10). */
function addressOf(nodeId: NodeId) {
  const uri: unknown = 'namespaceUri' in nodeId ? nodeId.namespaceUri : undefined
  const node = nodeRefOf(nodeId)
  return typeof uri === 'string' && uri !== '' ? { ...node, namespace: uri } : node
}

/** The library's arrays of numbers and byte strings are views of the message, which would be kept as long as its smallest value. */
function ownBytes(data: unknown): unknown {
  if (Buffer.isBuffer(data)) return Buffer.from(data)
  return ArrayBuffer.isView(data) && 'slice' in data && typeof data.slice === 'function' ? data.slice() : data
}
