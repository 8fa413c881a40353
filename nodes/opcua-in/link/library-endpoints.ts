// Endpoints and modes as the library has them, and as we do.

import { type EndpointDescription, MessageSecurityMode } from 'node-opcua-client'
import type { Endpoint } from '../endpoints'
import type { SecurityMode } from '../security'

export const modes = {
  none: MessageSecurityMode.None,
  sign: MessageSecurityMode.Sign,
  signAndEncrypt: MessageSecurityMode.SignAndEncrypt,
} as const satisfies Record<SecurityMode, MessageSecurityMode>

export function endpointOf({
  securityMode,
  securityPolicyUri,
  serverCertificate,
  server,
}: EndpointDescription): Endpoint {
  const mode =
    securityMode === MessageSecurityMode.SignAndEncrypt
      ? 'signAndEncrypt'
      : securityMode === MessageSecurityMode.Sign
        ? 'sign'
        : 'none'
  return {
    mode,
    policy: (securityPolicyUri ?? '').split('#').at(-1) ?? '',
    certificate: serverCertificate ?? undefined,
    applicationUri: server.applicationUri ?? '',
  }
}
