// The last door before a password leaves: whatever a server offers, and whatever the library makes of it.

import { ActivateSessionRequest, type OPCUAClient, UserNameIdentityToken } from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import { OLD_POLICIES, type SecurityMode } from '../security'
import type { OfferedEndpoint } from './library-endpoints'
import type { Guard } from './transport'

/** Encryption that has been broken (RFC 8017, 7.2; Bleichenbacher). */
const BROKEN = 'http://www.w3.org/2001/04/xmlenc#rsa-1_5'
const ENCRYPTED = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep'

export type PasswordWay = {
  mode: SecurityMode
  /** Of the connection. */
  policy: string
  /** Of the password itself (OPC 10000-4, 7.40.4); none = in clear. */
  algorithm: string | null | undefined
}

/** Why a password may not go this way; undefined when it may. */
export function passwordProblem({ mode, policy, algorithm }: PasswordWay): string | undefined {
  // Everything is encrypted there.
  if (mode === 'signAndEncrypt') return undefined
  if (mode === 'none')
    return 'without security the password may be read on its way: choose a security mode, or insist on it'
  if (!algorithm) {
    return 'the server wants the password in clear, and this connection is only signed: choose sign and encrypt, or insist on it'
  }
  const isChosen = OLD_POLICIES.some((old) => old === policy)
  if (algorithm !== BROKEN || isChosen) return undefined
  return 'the server wants the password with an encryption that has been broken: choose sign and encrypt, or insist on it'
}

/** Before a session is made that would come to nothing. Throws a Fault. */
export function checkPasswordWay(mode: SecurityMode, endpoint: OfferedEndpoint | undefined): void {
  const policies = endpoint?.passwordPolicies ?? []
  const isClear = policies.length > 0 && policies.every((policy) => policy === 'None')
  const way = { mode, policy: endpoint?.policy ?? 'None', algorithm: isClear ? null : ENCRYPTED }
  const problem = passwordProblem(way)
  if (problem !== undefined) throw unsafe(problem)
}

function unsafe(problem: string): Fault {
  return new Fault('link', 'password-unsafe', problem)
}

/** Nothing of a password that may not go leaves, and the connection ends. */
export function guardPassword(client: OPCUAClient, way: Omit<PasswordWay, 'algorithm'>, guard: Guard): void {
  client.on('send_request', (request) => {
    if (!(request instanceof ActivateSessionRequest)) return
    const token = request.userIdentityToken
    if (!(token instanceof UserNameIdentityToken)) return
    const problem = passwordProblem({ ...way, algorithm: token.encryptionAlgorithm })
    if (problem === undefined) return
    token.password = Buffer.alloc(0)
    guard.refuse(unsafe(problem))
  })
}
