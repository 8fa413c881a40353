// The durable queue is kept by the first historian. While that does not run, a process stands in for it that writes nothing into
// the database: the file is there, whatever becomes of it, and its counts go on.

import { isDeepStrictEqual } from 'node:util'
import type { ProcessSpec } from './process-spec'
import { SupervisedProcess } from './supervised-process'
import type { Surroundings } from './surroundings'

/** A historian that is back by then needs nobody to stand in, ms. */
const PATIENCE_MS = 2_000

export class QueueStandby {
  readonly #around: Surroundings
  #spec: ProcessSpec | undefined
  #process: SupervisedProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(around: Surroundings) {
    const vacated = async (): Promise<void> => {
      await around.vacated()
      await this.#ended
    }
    this.#around = { ...around, vacated }
  }

  get process(): SupervisedProcess | undefined {
    return this.#process
  }

  /** The historian does not run. */
  standIn(spec: ProcessSpec): void {
    if (isDeepStrictEqual(spec, this.#spec)) return
    void this.stepBack()
    this.#spec = spec
    this.#timer = setTimeout(() => this.#start(spec), PATIENCE_MS).unref()
  }

  /** The historian is about to run, or there is nothing to be kept any more. Settles when no process is left. */
  async stepBack(): Promise<void> {
    clearTimeout(this.#timer)
    this.#spec = undefined
    if (this.#process) this.#ended = this.#process.operate('stop')
    this.#process = undefined
    await this.#ended
  }

  #start(spec: ProcessSpec): void {
    this.#process = new SupervisedProcess(spec, 'down', this.#around)
    this.#process.feed({ type: 'start', operator: false })
  }
}
