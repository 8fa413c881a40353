// A processor status where all is well, for tests that mean one part of it.

import type { ProcessorStatus } from '../../lib/contract/processor-status'

export function processorStatus(parts: Partial<ProcessorStatus> = {}): ProcessorStatus {
  return {
    running: true,
    workers: 1,
    queue_pending: 0,
    queue_retry: 0,
    queue_dead: 0,
    processed_total: 1000,
    processed_today: 100,
    speed: 10,
    last_error: null,
    dropped: 0,
    ...parts,
  }
}
