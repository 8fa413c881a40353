// Envelopes for tests and for the processes that tests start.

import type { Outgoing } from '../../../lib/queue/queue'

export const TIME = '2030-01-02T03:04:05.678Z'

export function envelope(data: unknown, changes: Partial<Outgoing> = {}): Outgoing {
  return { origin: 'test', to: 'reader', title: 'samples', data, time: TIME, ...changes }
}
