// A session as the configuration of a reader wishes it: with its own certificate, its login, and its trust in the server.

import { hostname } from 'node:os'
import type { LogLevel } from '../../lib/contract/control'
import { admit } from './admission'
import type { Browsable } from './browse-service'
import { type OpcuaConfig, parseLocales } from './fields'
import { ownIdentity } from './identity'
import { connect } from './link/connect'
import { makeIdentity } from './link/identity'
import type { Pki } from './pki'
import type { OpcuaSession } from './session'
import { userOf } from './wishes'

export type ConnectingParts = {
  config: OpcuaConfig
  pki: Pki
  tell(level: LogLevel, text: string): void
}

/** What a killed process leaves behind at the server is gone after this, ms. */
const SESSION_TIMEOUT_MS = 30_000

/** @param left the session before, whose connection was lost: it may be taken up again. Rejects with a Fault. */
export async function connectAs(
  { config, pki, tell }: ConnectingParts,
  signal: AbortSignal,
  left?: OpcuaSession,
): Promise<OpcuaSession & Browsable> {
  const { name, endpoint: typed, securityMode, securityPolicy, timeout, trust, locale } = config
  const endpoint = typed.trim()
  const identity = await ownIdentity({
    folder: pki.folder,
    applicationUri: `urn:${hostname()}:node-red-collectors`,
    make: makeIdentity,
    tell,
    now: Date.now(),
  })
  const admission = { pki, place: { reader: name, endpoint }, trust, tell, now: Date.now }
  return connect(
    {
      endpoint,
      securityMode,
      securityPolicy,
      user: userOf(config),
      timeoutMs: timeout,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      locales: parseLocales(locale),
      identity,
      admit: (chosen) => admit(chosen, admission),
    },
    signal,
    left,
  )
}
