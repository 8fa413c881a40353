// Questions to the embedded history while the historian writes into it: one after the other, in slices, so that the heartbeat
// and the writing get their turns however many values an answer is made of.

import { Fault, messageOf } from '../../contract/fault'
import type { HistoryQuestion } from '../../contract/history-answer'
import { readHistorySteps } from './history-file'
import { listTags, querySeries } from './query'
import { inSlices, type Steps } from './steps'

/** The event loop gets its turn after this, ms. */
const SLICE_MS = 20

export type HistoryDeskParts = {
  path: string
  nowMs(): number
  answer(id: number, answer: unknown): void
  refuse(id: number, reason: string): void
}

export class HistoryDesk {
  readonly #parts: HistoryDeskParts
  /** Questions that are waiting or being answered. */
  readonly #open = new Map<number, AbortController>()
  #tail: Promise<void> = Promise.resolve()

  constructor(parts: HistoryDeskParts) {
    this.#parts = parts
  }

  ask(id: number, question: HistoryQuestion): void {
    const end = new AbortController()
    this.#open.set(id, end)
    this.#tail = this.#tail.then(() => this.#serve(id, question, end.signal))
  }

  /** Nobody waits for this answer any more. */
  cancel(id: number): void {
    this.#open.get(id)?.abort(new Fault('link', 'cancelled', 'nobody waits for the answer any more'))
  }

  /** No question is answered any more; settles when the history is closed. */
  async close(): Promise<void> {
    for (const id of this.#open.keys()) this.cancel(id)
    await this.#tail
  }

  async #serve(id: number, question: HistoryQuestion, signal: AbortSignal): Promise<void> {
    const { path, nowMs, answer, refuse } = this.#parts
    try {
      signal.throwIfAborted()
      answer(id, await inSlices(answerTo(path, question), { sliceMs: SLICE_MS, nowMs, signal }))
    } catch (thrown) {
      if (!signal.aborted) refuse(id, messageOf(thrown))
    } finally {
      this.#open.delete(id)
    }
  }
}

function answerTo(path: string, question: HistoryQuestion): Steps<unknown> {
  return readHistorySteps(path, function* (database) {
    if (question.ask === 'tags') return listTags(database, question.collector)
    return yield* querySeries(database, question.query, question.tag)
  })
}
