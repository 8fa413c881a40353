// The live queue as the outbox sees it.

import type { LiveQueueRef } from '../contract/control'
import { Queue, QueueError } from '../queue/queue'
import { type LiveSink, SinkError } from './outbox'

/** A busy queue holds the whole process up so long at most, ms; another attempt follows later. */
const BUSY_TIMEOUT_MS = 50

export function openLiveQueue({ path }: LiveQueueRef): LiveSink {
  const queue = attempt(() => Queue.connect(path, { busyTimeoutMs: BUSY_TIMEOUT_MS }))
  return {
    send: (envelopes) => attempt(() => queue.send([...envelopes])),
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
  return error.busy ? 'later' : 'gone'
}
