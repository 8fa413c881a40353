// The queues as a collector sees them.

import type { DurableQueueRef, LiveQueueRef } from '../contract/control'
import { type ConnectOptions, Queue, QueueError } from '../queue/queue'
import { type QueueSink, SinkError } from './sender'

/** The longest time, ms, that a busy queue may hold the whole process up; another attempt follows later. */
const LIVE = { busyTimeoutMs: 50 }
/** What goes to the disk is compressed above this size. */
const DURABLE = { ...LIVE, compressAboveBytes: 16 * 1024 }

export function openLiveQueue({ path }: LiveQueueRef): QueueSink {
  return openQueue(path, LIVE)
}

export function openDurableQueue({ path }: DurableQueueRef): QueueSink {
  return openQueue(path, DURABLE, (queue, samples) => queue.countLost(samples))
}

function openQueue(
  path: string,
  options: ConnectOptions,
  countLost?: (queue: Queue, samples: number) => void,
): QueueSink {
  const queue = attempt(() => Queue.connect(path, options))
  return {
    send: (messages) => attempt(() => queue.send(messages)),
    ...(countLost && { countLost: (samples: number) => attempt(() => countLost(queue, samples)) }),
    close: () => queue.close(),
  }
}

function attempt<T>(action: () => T): T {
  try {
    return action()
  } catch (thrown) {
    if (!(thrown instanceof QueueError)) throw thrown
    throw new SinkError(reactionTo(thrown), thrown.message, { cause: thrown })
  }
}

function reactionTo(error: QueueError): SinkError['kind'] {
  if (error.kind === 'QueueFull') return 'later'
  if (error.kind === 'SerializationFailed') return 'refused'
  if (error.kind === 'CorruptedData') return 'broken'
  return error.busy ? 'later' : 'gone'
}
