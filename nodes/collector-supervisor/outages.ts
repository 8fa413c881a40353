// What was not in order with each process when its supervisor last told of it: read from the journal, so that an outage that lasts
// over a restart of Node-RED is told with the time at which it began. Pure.

import type { Link } from '../../lib/contract/lifecycle'
import type { ProcessEvent, Quality } from '../../lib/contract/process-event'

/** A state, and since when it holds on the wall clock. */
type Since<State> = { state: State; since: Date }

/** Of one process; what was in order is left out. */
export type Outages = { link?: Since<Link> | undefined; quality?: Since<Quality> | undefined }

export class OutageBook {
  readonly #outages = new Map<string, Outages>()

  /** By the name of the process. */
  of(name: string): Outages | undefined {
    return this.#outages.get(name)
  }

  /** The events in their order. */
  add(event: ProcessEvent): void {
    const { name } = event
    const before = this.#outages.get(name)
    switch (event.kind) {
      case 'status':
        // Whoever has stopped it did not want its values; only the end of Node-RED interrupts what goes on.
        if (event.to === 'stopped' && event.code !== 'shutdown') this.#outages.delete(name)
        return
      case 'link':
        this.#outages.set(name, {
          ...before,
          link: event.to === 'connected' ? undefined : going(before?.link, event.to, event.time),
        })
        return
      case 'quality':
        this.#outages.set(name, {
          ...before,
          quality: event.to === 'good' ? undefined : going(before?.quality, event.to, event.time),
        })
        return
      case 'refused':
      case 'notice':
        return
      default:
        event satisfies never
    }
  }
}

/** A process that is started anew finds the same once more. */
function going<State>(before: Since<State> | undefined, state: State, time: string): Since<State> {
  return before?.state === state ? before : { state, since: new Date(time) }
}
