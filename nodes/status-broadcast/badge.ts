// What stands below the node in the editor: the worst of what it shows.

import { type ProcessRow, summarize } from '../../lib/contract/process-row'

export type Badge = {
  fill: 'green' | 'yellow' | 'red' | 'grey'
  shape: 'dot' | 'ring'
  /** Of the node's catalog, below `status-broadcast.status`. */
  key: 'error' | 'restarting' | 'unwell' | 'running' | 'none'
  values: Record<string, number>
}

export function badgeOf(rows: readonly ProcessRow[]): Badge {
  const { total_processes: total, running_processes: running, unwell_processes: unwell } = summarize(rows)
  const inError = rows.filter((row) => row.status === 'error').length
  const crashed = rows.filter((row) => row.status === 'crashed').length
  if (total === 0) return { fill: 'grey', shape: 'ring', key: 'none', values: {} }
  if (inError > 0) return { fill: 'red', shape: 'dot', key: 'error', values: { failed: inError } }
  if (crashed > 0) return { fill: 'yellow', shape: 'ring', key: 'restarting', values: { crashed } }
  if (unwell > 0) {
    const fill = rows.some(({ health }) => health === 'failed') ? 'red' : 'yellow'
    return { fill, shape: 'ring', key: 'unwell', values: { unwell, total } }
  }
  if (running === 0) return { fill: 'grey', shape: 'dot', key: 'running', values: { running, total } }
  return { fill: 'green', shape: 'dot', key: 'running', values: { running, total } }
}
