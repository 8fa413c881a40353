// What can go wrong, sorted by who has to react. Nothing here decides how to react.

/**
 * `config`   a person has to change a setting: no retry
 * `link`     the device or network cannot be reached: reconnect with backoff
 * `protocol` the peer talks nonsense: drop the connection, then reconnect
 * `device`   the device answered "no": the tag is bad, reading goes on
 * `bug`      our own mistake: let the process end, its supervisor restarts it
 */
export const FAULT_KINDS = ['config', 'link', 'protocol', 'device', 'bug'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export class Fault extends Error {
  readonly kind: FaultKind
  /** Stable, short, lower-case with hyphens, e.g. `modbus-exception-2`; for programs, not for people. */
  readonly code: string

  constructor(kind: FaultKind, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'Fault'
    this.kind = kind
    this.code = code
  }
}

/** Anything thrown, as a Fault; what is not one already is a bug. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('bug', 'unexpected', messageOf(thrown), { cause: thrown })
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  try {
    return String(thrown)
  } catch {
    return 'something without a text was thrown'
  }
}
