// A process row to start from.

import { healthOf } from '../../lib/contract/health'
import type { StatusEvent } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'

export function processRow(name: string, differences: Partial<ProcessRow> = {}): ProcessRow {
  const row: Omit<ProcessRow, 'health'> = {
    name,
    type: 'modbus',
    supervisor: 'Line A',
    status: 'running',
    link: 'connected',
    pid: 4711,
    cpu_percent: 1.5,
    memory_mb: 40,
    start_time: 1_700_000_000_000,
    uptime_s: 60,
    restart_count: 0,
    last_error: null,
    next_restart_at: null,
    command: ['node', 'collector.js'],
    generation: 1,
    tags: { total: 3, good: 3, bad: 0 },
    samples_total: 180,
    speed: 3,
    cycle_ms: { last: 4, p50: 4, p99: 9, max: 12 },
    requests_per_cycle: 2,
    predicted_cycle_ms: 5.5,
    overruns: 0,
    dropped: 0,
    forced_kills: 0,
    sandbox: 'closed',
    wall: 'node',
    ...differences,
  }
  return { ...row, health: differences.health ?? healthOf(row) }
}

export function processEvent(name: string, differences: Partial<StatusEvent> = {}): StatusEvent {
  return {
    kind: 'status',
    seq: 1,
    name,
    supervisor: 'Line A',
    from: 'starting',
    to: 'running',
    reason: 'ready',
    time: '2026-01-02T03:04:05.678Z',
    generation: 1,
    ...differences,
  }
}
