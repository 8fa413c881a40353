// The process table, and the way into the database, as pushes.

import { isDeepStrictEqual } from 'node:util'
import type { ProcessEvent } from '../../../lib/contract/process-event'
import type { ProcessorStatus } from '../../../lib/contract/processor-status'
import { Coalescer } from '../coalescer'
import type { Fleet } from '../face'
import { COALESCE_MS } from '../process-table'
import type { PushSource } from './push-stream'

export function processPushes(fleet: Fleet): PushSource {
  return {
    snapshot: () => [{ type: 'process_status', data: fleet.rows() }],
    follow(push) {
      const { unsubscribe } = fleet.subscribe({
        rows: (data, removed) => push({ type: 'process_status_update', data, removed }),
        // Fifty log lines for everybody at once would be much; REST has them.
        event: (event) => push({ type: 'process_event', data: withoutLog(event) }),
      })
      return unsubscribe
    },
  }
}

function withoutLog(event: ProcessEvent): ProcessEvent {
  if (event.kind !== 'status') return event
  const { log: _log, ...rest } = event
  return rest
}

/** The table does not tell when a supervisor goes, or no longer keeps a history: what has gone is seen by comparing. */
export function processorPushes(fleet: Fleet): PushSource {
  return {
    snapshot: () => [{ type: 'processor_status', data: fleet.processors() }],
    follow(push) {
      let known = statuses(fleet)
      const coalescer = new Coalescer(COALESCE_MS, () => {
        const before = known
        known = statuses(fleet)
        const changed = [...known].filter(([name, status]) => !isDeepStrictEqual(status, before.get(name)))
        const removed = [...before.keys()].filter((name) => !known.has(name))
        if (changed.length === 0 && removed.length === 0) return
        push({ type: 'processor_status_update', data: Object.fromEntries(changed), removed })
      })
      const changed = (): void => coalescer.changed()
      const { unsubscribe } = fleet.subscribe({ rows: changed, processor: changed })
      return () => {
        unsubscribe()
        coalescer.cancel()
      }
    },
  }
}

export function bothPushes(first: PushSource, second: PushSource): PushSource {
  return {
    snapshot: () => [...first.snapshot(), ...second.snapshot()],
    follow(push) {
      const unfollow = [first.follow(push), second.follow(push)]
      return () => {
        for (const end of unfollow) end()
      }
    },
  }
}

function statuses(fleet: Fleet): Map<string, ProcessorStatus> {
  return new Map(Object.entries(fleet.processors()))
}
