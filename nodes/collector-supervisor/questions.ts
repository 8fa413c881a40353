// Questions to a process that are waiting for their answer. Each ends: by its answer, by its deadline, or with the process.

import { Fault } from '../../lib/contract/fault'
import { parseRefusal } from '../../lib/contract/refusal'

/** What a process may be asked, as the control channel carries it. */
export type Question = { type: 'query'; query: unknown } | { type: 'read-now' }

type Waiting = { resolve(data: unknown): void; reject(fault: Fault): void; timer: NodeJS.Timeout }

export class Questions {
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  /** `send` hands the question over under this id; false = nobody is there. Rejects with a Fault. */
  ask(timeoutMs: number, send: (id: number) => boolean): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Fault('link', 'timeout', `no answer within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      if (!send(id)) this.#end(id)?.reject(new Fault('link', 'failed', 'the process is not running'))
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
    if (waiting) clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    return waiting
  }
}
