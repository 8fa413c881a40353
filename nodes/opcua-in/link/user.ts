// Who logs in, as the library has it.

import { crypto_utils, type UserIdentityInfo, UserTokenType } from 'node-opcua-client'
import type { Identity } from '../identity'

export type User =
  | { kind: 'anonymous' }
  /** `insists`: the password may leave unprotected. */
  | { kind: 'username'; name: string; password: string; insists: boolean }
  | { kind: 'certificate' }

export function userOf(user: User, identity: Identity): UserIdentityInfo {
  switch (user.kind) {
    case 'username':
      return { type: UserTokenType.UserName, userName: user.name, password: user.password }
    case 'certificate':
      return {
        type: UserTokenType.Certificate,
        certificateData: Buffer.from(crypto_utils.convertPEMtoDER(identity.certificatePem)),
        privateKey: identity.privateKeyPem,
      }
    default:
      return { type: UserTokenType.Anonymous }
  }
}
