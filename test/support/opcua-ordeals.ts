// What can happen to an OPC UA server, and what its reader makes of it.

import assert from 'node:assert/strict'
import type { SettingsChange } from '../../simulators/opcua/device-settings'
import type { WireMood } from '../../simulators/opcua/wire'
import type { OpcuaLane } from './opcua-lane'
import { badTags } from './telltale'

export type Ordeal = {
  title: string
  /** For the title of the test. */
  outcome: string
  begin(lane: OpcuaLane): unknown
  /** While it lasts. */
  during?(lane: OpcuaLane): Promise<unknown>
  end?(lane: OpcuaLane): unknown
}

/** Well before, and well again afterwards; every value true. */
export async function suffer(lane: OpcuaLane, { begin, during, end }: Ordeal): Promise<void> {
  await lane.isWell()
  await begin(lane)
  try {
    await during?.(lane)
  } finally {
    await end?.(lane)
  }
  await lane.isWell()
}

const ITSELF = 'is read again by itself'
const TOLD = 'is told of in words, and read again afterwards'
const UNNOTICED = 'is read all the same'
/** Seen so long, once it is told. */
const TOLD_MESSAGES = 4
const UNNOTICED_MESSAGES = 12
/** Longer than a timeout of the reader, its watchdog, and the lifetime of a session. */
const LONG_MS = 14_000

function told(title: string, words: RegExp, begin: Ordeal['begin'], end: NonNullable<Ordeal['end']>): Ordeal {
  const during = async (lane: OpcuaLane): Promise<void> => {
    await lane.says(words)
    for (const message of await lane.messages(TOLD_MESSAGES)) {
      assert.equal(badTags(message).length, Object.keys(message.payload ?? {}).length, JSON.stringify(message))
    }
  }
  return { title, outcome: TOLD, begin, during, end }
}

/** It strikes once. */
function blow(title: string, begin: Ordeal['begin']): Ordeal {
  return { title, outcome: ITSELF, begin }
}

function unnoticed(title: string, begin: Ordeal['begin'], end: NonNullable<Ordeal['end']>): Ordeal {
  const during = async (lane: OpcuaLane): Promise<void> => {
    for (const message of await lane.messages(UNNOTICED_MESSAGES)) assert.deepEqual(badTags(message), [])
  }
  return { title, outcome: UNNOTICED, begin, during, end }
}

const pass = (lane: OpcuaLane) => lane.send({ command: 'wire', mood: { mood: 'pass' } })
const resetClients = (lane: OpcuaLane) => lane.send({ command: 'reset-clients' })
const restart = (change: SettingsChange) => (lane: OpcuaLane) => lane.send({ command: 'restart', change })

function mood(title: string, mood: WireMood, words: RegExp): Ordeal {
  const begin = async (lane: OpcuaLane) => {
    await lane.send({ command: 'wire', mood })
    await resetClients(lane)
  }
  return told(title, words, begin, pass)
}

/** The connection that there is, is lost, and no other one comes about. */
const REFUSED = /refuses connections; is its OPC UA server switched on, is the port right\?/
const NO_ANSWER = /does not answer in time; is it on, is the address right, does a firewall block it\?/
const CLOSED = /closed the connection/

const refused = told(
  'is cut off',
  REFUSED,
  (lane) => lane.send({ command: 'offline' }),
  (lane) => lane.send({ command: 'online' }),
)
const blackHole: Ordeal = {
  title: 'is behind a black hole for longer than everything waits',
  outcome: TOLD,
  begin: (lane) => lane.send({ command: 'wire', mood: { mood: 'silent' } }),
  during: async (lane) => {
    const began = performance.now()
    await lane.says(/answer/)
    await lane.message(() => performance.now() - began > LONG_MS)
    await lane.says(NO_ANSWER)
  },
  end: pass,
}
const frozen = told(
  'is frozen',
  /answer/,
  (lane) => lane.device.freeze(),
  (lane) => lane.device.thaw(),
)
const killed = told(
  'is killed, and starts again',
  REFUSED,
  (lane) => lane.kill(),
  (lane) => lane.rebirth(),
)
const killedSessions = blow('ends all sessions', (lane) => lane.send({ command: 'kill-sessions' }))
const reset = blow('resets its connections', resetClients)

export const wire: readonly Ordeal[] = [
  refused,
  reset,
  mood('resets every connection', { mood: 'reset-at-connect' }, CLOSED),
  mood('resets connections after some bytes', { mood: 'reset-in-reply', afterBytes: 200 }, CLOSED),
  mood('resets connections in the middle of an answer', { mood: 'reset-in-reply', afterBytes: 3000 }, CLOSED),
  mood('sends garbage', { mood: 'garbage', bytes: 500 }, NO_ANSWER),
  mood('is a web server', { mood: 'http' }, NO_ANSWER),
]

export const power: readonly Ordeal[] = [
  killed,
  told(
    'is switched off and on',
    REFUSED,
    (lane) => lane.send({ command: 'power-off' }),
    (lane) => lane.send({ command: 'power-on' }),
  ),
  blow('restarts with other namespaces before its own', restart({ namespacesBefore: 3 })),
  frozen,
]

export const subscriptions: readonly Ordeal[] = [
  blow('says nothing of its subscriptions any more', (lane) => lane.send({ command: 'silence-subscriptions' })),
  blow('deletes its subscriptions', (lane) => lane.send({ command: 'delete-subscriptions' })),
  killedSessions,
  blow('lets its subscriptions live, and sends no values', (lane) => lane.send({ command: 'starve-subscriptions' })),
]

const refusals: readonly [service: string, status: string, words: RegExp][] = [
  ['CreateSession', 'BadTooManySessions', /no room for another session: close other clients, or wait/],
  ['CreateSession', 'BadServerHalted', /the server is about to stop/],
  ['ActivateSession', 'BadUserAccessDenied', /does not let this user in/],
  ['Read', 'BadOutOfMemory', /BadOutOfMemory/],
  ['CreateSubscription', 'BadTooManySubscriptions', /BadTooManySubscriptions/],
]

export const services: readonly Ordeal[] = refusals.map(([service, status, words]) =>
  told(
    `answers ${service} with ${status}`,
    words,
    async (lane) => {
      await lane.send({ command: 'treat', service, treatment: { refuse: status } })
      await resetClients(lane)
    },
    (lane) => lane.send({ command: 'treat', service }),
  ),
)

export const polled: readonly Ordeal[] = [refused, reset, killedSessions, frozen, killed]

export const oddities: readonly Ordeal[] = [
  unnoticed('splits its answers', (lane) => lane.send({ command: 'wire', mood: { mood: 'split', bytes: 50 } }), pass),
  unnoticed('joins its answers', (lane) => lane.send({ command: 'wire', mood: { mood: 'clump', ms: 100 } }), pass),
  unnoticed('takes its time', (lane) => lane.send({ command: 'wire', mood: { mood: 'delay', ms: 400 } }), pass),
]

export const access = { username: 'operator', password: 'secret' }

export const login: readonly Ordeal[] = [
  told(
    'has another password for its user now',
    /does not let this user in: check user name, password and rights/,
    async (lane) => {
      await lane.send({ command: 'users', users: { operator: 'another' } })
      await resetClients(lane)
    },
    (lane) => lane.send({ command: 'users', users: { operator: access.password } }),
  ),
]

export const distance: readonly Ordeal[] = [blackHole]
