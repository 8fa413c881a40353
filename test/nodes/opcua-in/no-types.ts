// Where no structures come: nothing is known of any type.

import type { KnownTypes } from '../../../nodes/opcua-in/structures/lookup'
import type { StandardTypes } from '../../../nodes/opcua-in/structures/survey'

export const NO_TYPES: KnownTypes = {
  typeOf: () => ({ kind: 'unknown', reason: 'nobody knows' }),
  doubt: () => {},
  statusName: (code) => `Status${code}`,
}

export const NO_STANDARD: StandardTypes = { encodedAs: () => undefined, named: () => undefined }
