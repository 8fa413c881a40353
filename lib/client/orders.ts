// Commands that have been sent, and who waits for their answers.

import type { Command, CommandResult } from '../contract/command'
import type { CommandAnswer, ErrorAnswer, MonitorRequest, RequestId } from '../contract/monitor'
import { CommandError } from './command-error'
import type { Timers } from './line'

/** A process may take its stop timeout, and several of them one after the other. */
const ANSWER_MS = 120_000

type Waiting = { resolve(results: CommandResult[]): void; reject(error: CommandError): void; cancel(): void }

export class Orders {
  readonly #timers: Timers
  readonly #waiting = new Map<RequestId, Waiting>()
  #sent = 0

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Resolves when all of it is done. Rejects with a CommandError. */
  give(command: Command, send: (request: MonitorRequest) => boolean): Promise<CommandResult[]> {
    this.#sent += 1
    const id = this.#sent
    return new Promise((resolve, reject) => {
      if (!send({ type: 'command', id, ...command })) {
        return reject(new CommandError('unavailable', 'there is no connection to Node-RED: nothing was done'))
      }
      const cancel = this.#timers.after(ANSWER_MS, () => {
        this.#waiting.delete(id)
        reject(new CommandError('unknown', 'Node-RED did not answer: look at the process whether it was done'))
      })
      this.#waiting.set(id, { resolve, reject, cancel })
    })
  }

  hear(answer: CommandAnswer | ErrorAnswer): void {
    const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id)
    if (!waiting || answer.id === undefined) return
    this.#waiting.delete(answer.id)
    waiting.cancel()
    const results = answer.type === 'command_result' ? answer.results : []
    if (answer.type === 'command_result' && answer.success) waiting.resolve(results)
    else waiting.reject(new CommandError(answer.code, answer.error, results))
  }

  /** The connection they were sent over is gone. */
  lost(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject, cancel } of all) {
      cancel()
      reject(
        new CommandError(
          'unknown',
          'the connection was lost before the answer: look at the process whether it was done',
        ),
      )
    }
  }
}
