// The way to a server, as the reader goes it, with what a test wants to be different.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownIdentity } from '../../../../nodes/opcua-in/identity'
import { type ConnectSettings, connect } from '../../../../nodes/opcua-in/link/connect'
import { makeIdentity } from '../../../../nodes/opcua-in/link/identity'
import { quietenLibrary } from '../../../../nodes/opcua-in/link/silence'
import type { OpcuaSession } from '../../../../nodes/opcua-in/session'
import { never } from '../reader-bench'

const identity = ownIdentity({
  folder: mkdtempSync(join(tmpdir(), 'collector-test-')),
  applicationUri: 'urn:test:node-red-collectors',
  make: makeIdentity,
  tell: () => {},
  now: Date.now(),
})

export async function connectTo(endpoint: string, others: Partial<ConnectSettings> = {}): Promise<OpcuaSession> {
  quietenLibrary()
  return connect(
    {
      endpoint,
      securityMode: 'none',
      securityPolicy: 'auto',
      user: { kind: 'anonymous' },
      timeoutMs: 3000,
      sessionTimeoutMs: 30_000,
      locales: [],
      identity: await identity,
      admit: async () => {},
      ...others,
    },
    never,
  )
}
