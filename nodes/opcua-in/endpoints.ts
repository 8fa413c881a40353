// Which of a server's endpoints to use.

import { Fault } from '../../lib/contract/fault'
import { type Policy, SAFE_POLICIES, type SecurityMode } from './security'

export type Endpoint = {
  mode: SecurityMode
  /** The last part of its URI, e.g. Basic256Sha256. */
  policy: string
  /** DER of the server's certificate, and of those that it was signed by. */
  certificate: Buffer | undefined
  applicationUri: string
}

export function chooseEndpoint<E extends Endpoint>(
  endpoints: readonly E[],
  wish: { securityMode: SecurityMode; securityPolicy: 'auto' | Policy },
): E {
  const { securityMode, securityPolicy } = wish
  const wanted: readonly string[] =
    securityMode === 'none' ? ['None'] : securityPolicy === 'auto' ? SAFE_POLICIES : [securityPolicy]
  for (const policy of wanted) {
    const found = endpoints.find((endpoint) => endpoint.mode === securityMode && endpoint.policy === policy)
    if (found) return found
  }
  const offered = [...new Set(endpoints.map(({ mode, policy }) => (mode === 'none' ? 'none' : `${mode} ${policy}`)))]
  const asked = securityMode === 'none' ? 'none' : `${securityMode} ${securityPolicy}`
  throw new Fault(
    'link',
    'no-endpoint',
    `the server does not offer security ${asked}, it has: ${offered.join(', ') || 'nothing'}. Choose one of these`,
  )
}
