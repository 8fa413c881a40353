// Where no structures come: nothing is known of any type.

import type { KnownTypes } from '../../../nodes/opcua-in/values'

export const NO_TYPES: KnownTypes = {
  typeOf: () => ({ kind: 'unknown', reason: 'nobody knows' }),
  doubt: () => {},
  statusName: (code) => `Status${code}`,
}
