// Values, and what a Publish brings, as they came off the wire.

import {
  DataChangeNotification,
  type DataValue,
  type PublishResponse,
  StatusChangeNotification,
  VariantArrayType,
} from 'node-opcua-client'
import type { Publication, Sample } from '../session'

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
  const data = ownBytes(value?.value)
  return {
    code: statusCode.value,
    status: statusCode.name,
    value: value && {
      type: value.dataType,
      isArray: value.arrayType !== VariantArrayType.Scalar,
      dimensions: value.arrayType === VariantArrayType.Matrix ? (value.dimensions ?? undefined) : undefined,
      data,
    },
    sourceTime: sourceTimestamp?.getTime(),
  }
}

/** The library's arrays of numbers and byte strings are views of the message, which would be kept as long as its smallest value. */
function ownBytes(data: unknown): unknown {
  if (Buffer.isBuffer(data)) return Buffer.from(data)
  return ArrayBuffer.isView(data) && 'slice' in data && typeof data.slice === 'function' ? data.slice() : data
}
