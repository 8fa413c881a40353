// Endpoints and modes as the library has them, and as we do.

import { type EndpointDescription, MessageSecurityMode, UserTokenType } from 'node-opcua-client'
import type { Endpoint } from '../endpoints'
import type { SecurityMode } from '../security'

export const modes = {
  none: MessageSecurityMode.None,
  sign: MessageSecurityMode.Sign,
  signAndEncrypt: MessageSecurityMode.SignAndEncrypt,
} as const satisfies Record<SecurityMode, MessageSecurityMode>

export type OfferedEndpoint = Endpoint & {
  /** How it wants passwords to be encrypted, as last parts of URIs; '' = as the connection is. */
  passwordPolicies: readonly string[]
}

export function endpointOf(described: EndpointDescription): OfferedEndpoint {
  const { securityMode, securityPolicyUri, serverCertificate, server, userIdentityTokens } = described
  const mode =
    securityMode === MessageSecurityMode.SignAndEncrypt
      ? 'signAndEncrypt'
      : securityMode === MessageSecurityMode.Sign
        ? 'sign'
        : 'none'
  return {
    mode,
    policy: lastPart(securityPolicyUri),
    certificate: serverCertificate ?? undefined,
    applicationUri: server.applicationUri ?? '',
    passwordPolicies: (userIdentityTokens ?? [])
      .filter(({ tokenType }) => tokenType === UserTokenType.UserName)
      .map((token) => lastPart(token.securityPolicyUri)),
  }
}

function lastPart(uri: string | null | undefined): string {
  return (uri ?? '').split('#').at(-1) ?? ''
}
