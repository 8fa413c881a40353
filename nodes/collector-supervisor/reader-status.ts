// A reader's row as the small text under its node. Pure; the texts are keys of the node's catalog.

import type { Problem } from '../../lib/contract/fields'
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
export function badgeOf(row: ProcessRow, wallTime: number, flaw?: Flaw): Badge {
  const detail = row.last_error ?? undefined
  const badge = (
    fill: Badge['fill'],
    shape: Badge['shape'],
    key: string,
    values: Badge['values'] = {},
    why?: string,
  ): Badge => ({
    fill,
    shape,
    key,
    values,
    detail: why,
    restarts: row.status === 'running' ? row.restart_count : 0,
  })
  switch (row.status) {
    case 'stopped':
    case 'stopping':
      return badge('grey', 'ring', row.status)
    case 'error':
      return flaw ? flawBadge(flaw, detail) : badge('red', 'dot', 'error', {}, detail)
    case 'crashed': {
      const seconds = Math.max(0, Math.ceil(((row.next_restart_at ?? wallTime) - wallTime) / 1000))
      return badge('red', 'ring', 'waiting', { seconds }, detail)
    }
    case 'starting':
      return badge('yellow', 'ring', 'starting')
    case 'running':
      return running(row, badge, detail)
    default:
      return row.status satisfies never
  }
}

function running(
  row: ProcessRow,
  badge: (fill: Badge['fill'], shape: Badge['shape'], key: string, values?: Badge['values'], why?: string) => Badge,
  detail: string | undefined,
): Badge {
  const counts = { good: row.tags.good, total: row.tags.total }
  switch (row.link) {
    case 'connected': {
      if (row.tags.good + row.tags.bad === 0) return badge('yellow', 'ring', 'connected', counts)
      if (row.tags.bad > 0) return badge('yellow', 'dot', 'bad', counts, detail)
      return badge('green', 'dot', 'ok', counts)
    }
    case 'degraded':
      return badge('yellow', 'dot', 'bad', counts, detail)
    case 'connecting':
      return badge('yellow', 'ring', 'connecting', counts, detail)
    case 'disconnected':
    case 'max_retries_exceeded':
      return badge('red', 'ring', 'disconnected', counts, detail)
    default:
      return row.link satisfies never
  }
}
