// Questions to a process that are waiting for their answer. Each ends: by its answer, by its deadline, or with the process.

import { Fault } from '../../lib/contract/fault'
import { parseRefusal } from '../../lib/contract/refusal'

/** What a process may be asked, as the control channel carries it. */
export type Question = { type: 'query'; query: unknown } | { type: 'read-now' }

/** How a question gets to its process. */
export type Asking = {
  /** Hands the question over under this id; false = nobody is there. */
  send(id: number): boolean
  /** Tells the process that nobody waits any more for the answer to this id. */
  cancel?(id: number): void
  timeoutMs: number
  /** Gives the question up, with the signal's reason. */
  signal?: AbortSignal | undefined
}

type Waiting = { resolve(data: unknown): void; reject(reason: unknown): void; end(): void }

export class Questions {
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  /** Rejects with a Fault, or with the reason of the signal. */
  ask({ send, cancel, timeoutMs, signal }: Asking): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        this.#end(id)?.reject(reason)
        cancel?.(id)
      }
      const abort = (): void => giveUp(signal?.reason)
      const late = new Fault('link', 'timeout', `no answer within ${timeoutMs / 1000} s`)
      const timer = setTimeout(() => giveUp(late), timeoutMs)
      signal?.addEventListener('abort', abort)
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      this.#waiting.set(id, { resolve, reject, end })
      if (signal?.aborted) this.#end(id)?.reject(signal.reason)
      else if (!send(id)) this.#end(id)?.reject(new Fault('link', 'failed', 'the process is not running'))
    })
  }

  /** An answer to a question that nobody waits for any more is ignored. */
  answer({ id, ok, data }: { id: number; ok: boolean; data: unknown }): void {
    const waiting = this.#end(id)
    if (ok) waiting?.resolve(data)
    else waiting?.reject(parseRefusal(data))
  }

  giveUp(fault: Fault): void {
    for (const id of [...this.#waiting.keys()]) this.#end(id)?.reject(fault)
  }

  #end(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    waiting?.end()
    this.#waiting.delete(id)
    return waiting
  }
}
