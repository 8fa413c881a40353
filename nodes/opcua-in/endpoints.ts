// Which of a server's endpoints to use.

import { Fault } from '../../lib/contract/fault'

/** Strongest first; `auto` takes the first that the server has, of those that are still held to be safe (OPC 10000-7, 6.6). */
export const SAFE_POLICIES = ['Aes256_Sha256_RsaPss', 'Aes128_Sha256_RsaOaep', 'Basic256Sha256'] as const
export const OLD_POLICIES = ['Basic256', 'Basic128Rsa15'] as const
export type Policy = (typeof SAFE_POLICIES)[number] | (typeof OLD_POLICIES)[number]

export const SECURITY_MODES = ['none', 'sign', 'signAndEncrypt'] as const
export type SecurityMode = (typeof SECURITY_MODES)[number]

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
