// What a supervisor tells its operator in Node-RED's log. The log may become another with a deploy.

import { Repetitions } from './repetitions'

export type SupervisorLog = { warn(text: string): void; info(text: string): void; debug(text: string): void }

export class OperatorLog {
  readonly #repetitions = new Repetitions()
  #log: SupervisorLog

  constructor(log: SupervisorLog) {
    this.#log = log
  }

  adopt(log: SupervisorLog): void {
    this.#log = log
  }

  info(text: string): void {
    this.#log.info(text)
  }

  warn(text: string): void {
    this.#log.warn(text)
  }

  /** A warning that may come again and again: it is told now and then. Without a key its text is the key. */
  warnRarely(text: string, key?: string): void {
    const told = this.#repetitions.tell(text, performance.now(), key)
    if (told !== undefined) this.#log.warn(told)
  }

  /** Work on a file of the supervisor, without which it goes on all the same. */
  guardFile(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#warnOfFile(error)
    }
  }

  /** The same for a write that is under way. */
  guardWrite(written: Promise<void>): void {
    written.catch((error) => this.#warnOfFile(error))
  }

  #warnOfFile(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    this.warnRarely(`a file of the supervisor could not be written: ${error}`, code)
  }
}
