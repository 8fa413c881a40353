// Names of status codes, from the library's table of them.

import { getStatusCodeFromCode } from 'node-opcua-status-code'

/** Info bits may follow behind a `#`. */
export function statusName(code: number): string {
  return getStatusCodeFromCode(code).name
}
