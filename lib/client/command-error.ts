// A command that was refused, failed, or got no answer.

import type { CommandResult } from '../contract/command'
import type { ErrorCode } from '../contract/monitor'

/** `unavailable`: there is no connection, nothing was sent. `unknown`: it cannot be told whether it was done. */
export type CommandErrorCode = ErrorCode | 'unavailable' | 'unknown'

export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: CommandErrorCode
  /** Process by process, as far as it came. */
  readonly results: readonly CommandResult[]

  constructor(code: CommandErrorCode, message: string, results: readonly CommandResult[] = []) {
    super(message)
    this.code = code
    this.results = results
  }
}
