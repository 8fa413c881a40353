// Where the values of a cycle come from: a subscription, or reads of its own.

import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import type { NodeAddress } from './node-ids'
import type { Deadband, OpcuaSession, Sample } from './session'

/** The latest of a column, or why there is none. The same object as long as nothing new came. */
export type Answer = { sample: Sample } | { problem: string }

export type Heard = { column: number; sample: Sample }

export type Wanted = { name: string; address: NodeAddress; deadband: Deadband | undefined }

export type SourceSettings = {
  /** In the order of the columns. */
  wanted: readonly Wanted[]
  timeoutMs: number
  clock: SourceClock
  log(level: LogLevel, text: string): void
}

export type SourceClock = {
  /** Monotonic. */
  nowMs(): number
  /** Returns what cancels it. */
  after(ms: number, then: () => void): () => void
}

export interface Source {
  /**
   * Everything that has to be known before the first read. After a loss it goes on where it was, as far as the server has kept it.
   * Rejects with a Fault.
   */
  start(session: OpcuaSession): Promise<void>
  /** Asks for nothing any more, until it is started again. */
  stop(): void
  /**
   * One answer for each column; `isDue` says of a column whether it has to be asked for, where that is done in each cycle. Rejects with a Fault of kind `link` or `protocol` when only connecting
   * anew can help.
   */
  read(signal: AbortSignal, isDue?: (column: number) => boolean): Promise<readonly Answer[]>
  /** What is known need not be what the server has: it is read once more, where that is not done in each cycle anyway. */
  readAgain(): void
  /** Set while the server answers, but not as it should. */
  readonly degraded: string | undefined
  /** Why the server itself says that none of its values is to be relied on. */
  readonly doubt: string | undefined
  /** What a cycle asks of the server for values: nothing where they come by themselves. */
  readonly forecast: Forecast
  /** What came before the latest answers, since this was last asked for. */
  takeEarlier(): readonly Heard[]
  /** Values that the server lost because its queue was full. */
  readonly overflows: number
}

/** Of servers that do not tell their limit: what small ones can do. */
export const BATCH_UNKNOWN = 100
/** One message has to hold it. */
const BATCH_MAX = 5000

export function batchSize(limit: number | undefined): number {
  return Math.min(limit ?? BATCH_UNKNOWN, BATCH_MAX)
}

/**
 * What `nsu=` addresses mean at this server. Not every server lists its namespaces: where no address names one by its URI it is not asked,
 * and where it cannot tell, those addresses alone are unknown.
 */
export async function namespacesFor(
  session: Pick<OpcuaSession, 'namespaces'>,
  addresses: readonly (NodeAddress | undefined)[],
): Promise<readonly string[]> {
  if (!addresses.some((address) => typeof address?.namespace === 'string')) return []
  return session.namespaces().catch((thrown: unknown) => {
    if (thrown instanceof Fault && thrown.code === 'no-namespaces') return []
    throw thrown
  })
}
