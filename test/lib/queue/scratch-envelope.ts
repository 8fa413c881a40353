// Envelopes for tests and for the processes that tests start.

import type { Envelope } from '../../../lib/contract/envelope'

export const TIME = '2030-01-02T03:04:05.678Z'

export function envelope(data: unknown, changes: Partial<Envelope> = {}): Envelope {
  return { origin: 'test', to: 'reader', title: 'samples', data, time: TIME, ...changes }
}
