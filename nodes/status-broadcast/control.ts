// Whether messages may start and stop processes. A message does not say who sends it: where Node-RED has users, a flow that
// takes commands from anybody would give each of them what only some are permitted.

import { asRecord } from '../../lib/contract/parse'
import type { StatusBroadcastConfig } from './fields'

/** `adminAuth`: of Node-RED's settings. */
export function mayControl(control: StatusBroadcastConfig['control'], adminAuth: unknown): boolean {
  switch (control) {
    case 'always':
      return true
    case 'without-login':
      return anybodyMay(adminAuth)
    case 'never':
      return false
    default:
      return control satisfies never
  }
}

export const FORBIDDEN =
  'this flow may not start or stop processes: the property "Commands" of its status broadcast node forbids it, or permits it only where Node-RED asks for no login (adminAuth)'

/** Without users, or where those who have not logged in may do everything. */
function anybodyMay(adminAuth: unknown): boolean {
  if (adminAuth === undefined || adminAuth === null) return true
  const permissions = asRecord(asRecord(adminAuth)?.default)?.permissions
  return [permissions].flat().some((one) => one === '*' || one === 'collector-supervisor.write')
}
