// The way to a server, as the reader goes it, with what a test wants to be different.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectSettings, connect } from '../../../../nodes/opcua-in/link/connect'
import { makeIdentity } from '../../../../nodes/opcua-in/link/identity'
import { quietenLibrary } from '../../../../nodes/opcua-in/link/silence'
import { Pki } from '../../../../nodes/opcua-in/pki'
import type { OpcuaSession } from '../../../../nodes/opcua-in/session'
import { never } from '../reader-bench'

const identity = new Pki(mkdtempSync(join(tmpdir(), 'collector-test-'))).identity(
  'urn:test:node-red-collectors',
  makeIdentity,
)

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
      identity: await identity,
      admit: () => {},
      ...others,
    },
    never,
  )
}
