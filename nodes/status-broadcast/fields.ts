// The properties of a status-broadcast node.

import { choice, type Infer, number, text } from '../../lib/contract/fields'
import { checkFilter } from './filter'

export const statusBroadcastFields = {
  name: text({ maxLength: 200 }),
  /** Id of the one supervisor that is shown; empty = all. */
  supervisor: text(),
  /** s between two messages when nothing happens; 0 = only on change. */
  interval: number({ default: 5, min: 0, max: 86_400 }),
  /** Messages a second of output 1, at most; the process table itself changes at most 10 times a second. */
  rateLimit: number({ default: 2, min: 0.01, max: 10 }),
  /** Which processes are shown, see filter.ts; empty = all. */
  filter: text({ check: checkFilter }),
  /** Whether messages may start and stop processes: always, where Node-RED asks for no login, never. */
  control: choice(['always', 'without-login', 'never']),
}
export type StatusBroadcastConfig = Infer<typeof statusBroadcastFields>
