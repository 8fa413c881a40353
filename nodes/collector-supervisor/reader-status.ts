// A reader's row as the small text under its node. Pure; the texts are keys of the node's catalog.

import type { Problem } from '../../lib/contract/fields'
import type { Health } from '../../lib/contract/health'
import type { ProcessRow } from '../../lib/contract/process-row'
import { checkHasTags } from '../../lib/contract/reader-fields'

export type Badge = {
  fill: 'red' | 'green' | 'yellow' | 'grey'
  shape: 'dot' | 'ring'
  /** Key below `status.` in the catalog, and what is filled in. */
  key: string
  values: Record<string, string | number>
  /** What went wrong, in words; shown after the text. */
  detail: string | undefined
  /** Restarts so far, shown once there were any. */
  restarts: number
}

/** What is wrong with the node's own properties, as a key of the catalog. */
export type Flaw = 'noTags' | 'config'

export function flawOf(problems: readonly Problem[]): Flaw | undefined {
  const [noTags] = checkHasTags([])
  const [first, ...more] = problems
  if (!first) return undefined
  return more.length === 0 && first.path === noTags?.path && first.message === noTags.message ? 'noTags' : 'config'
}

/** A reader that cannot be started as it is set: what to mend says more than that its process failed. */
export function flawBadge(flaw: Flaw, detail: string | undefined): Badge {
  return {
    fill: 'red',
    shape: 'ring',
    key: flaw,
    values: {},
    detail: flaw === 'noTags' ? undefined : detail,
    restarts: 0,
  }
}

/** Node-RED's vocabulary: green dot connected, yellow ring on its way, red ring no link, red dot broken, grey stopped. */
const LOOKS: Record<Health, Pick<Badge, 'fill' | 'shape'>> = {
  well: { fill: 'green', shape: 'dot' },
  pending: { fill: 'yellow', shape: 'ring' },
  impaired: { fill: 'yellow', shape: 'dot' },
  failed: { fill: 'red', shape: 'ring' },
  off: { fill: 'grey', shape: 'ring' },
}

export function badgeOf(row: ProcessRow, wallTime: number, flaw?: Flaw): Badge {
  const detail = row.last_error ?? undefined
  const look = LOOKS[row.health]
  const badge = (key: string, values: Badge['values'], why?: string): Badge => ({
    ...look,
    key,
    values,
    detail: why,
    restarts: row.status === 'running' ? row.restart_count : 0,
  })
  switch (row.status) {
    case 'stopped':
    case 'stopping':
    case 'starting':
      return badge(row.status, {})
    case 'error':
      return flaw ? flawBadge(flaw, detail) : { ...badge('error', {}, detail), shape: 'dot' }
    case 'crashed': {
      const seconds = Math.max(0, Math.ceil(((row.next_restart_at ?? wallTime) - wallTime) / 1000))
      return badge('waiting', { seconds }, detail)
    }
    case 'running': {
      const key = runningKey(row)
      return badge(key, { good: row.tags.good, total: row.tags.total }, QUIET.includes(key) ? undefined : detail)
    }
    default:
      return row.status satisfies never
  }
}

/** Nothing is wrong in these: what stands in `last_error` is over. */
const QUIET: readonly string[] = ['ok', 'connected']

function runningKey({ link, health }: ProcessRow): string {
  switch (link) {
    case 'connecting':
      return 'connecting'
    case 'disconnected':
    case 'max_retries_exceeded':
      return 'disconnected'
    case 'connected':
    case 'degraded':
      if (health === 'well') return 'ok'
      return health === 'pending' ? 'connected' : 'bad'
    default:
      return link satisfies never
  }
}
