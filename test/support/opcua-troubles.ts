// What happens to OPC UA servers, and to the way to them.

import type { SettingsChange, StateName } from '../../simulators/opcua/device-settings'
import type { Treatment } from '../../simulators/opcua/unruly-server'
import type { WireMood } from '../../simulators/opcua/wire'
import type { OpcuaLane } from './opcua-lane'
import { blow, lasting, type Ordeal, partly, told, unnoticed } from './opcua-ordeals'
import type { TelltaleConstant } from './telltale'

const REFUSED = /refuses connections; is its OPC UA server switched on, is the port right\?/
const NO_ANSWER = /does not answer in time; is it on, is the address right, does a firewall block it\?/
const CLOSED = /closed the connection/
const NO_OPC_UA = /something answers that does not speak OPC UA: is the port right\?/
const ANOTHER_CERTIFICATE =
  /the server shows another certificate than the one trusted: .*Compare this fingerprint with the server's own/

/** Longer than a timeout of the reader, its watchdog, and the lifetime of a session. */
const LONG_MS = 12_000
const LONGER_THAN_SESSION_MS = 7000

const pass = (lane: OpcuaLane) => lane.send({ command: 'wire', mood: { mood: 'pass' } })
const online = (lane: OpcuaLane) => lane.send({ command: 'online' })
const offline = (lane: OpcuaLane) => lane.send({ command: 'offline' })
const resetClients = (lane: OpcuaLane) => lane.send({ command: 'reset-clients' })
const restart = (change: SettingsChange) => (lane: OpcuaLane) => lane.send({ command: 'restart', change })
const behave = (mood: WireMood) => (lane: OpcuaLane) => lane.send({ command: 'wire', mood })
const treat = (service: string, treatment?: Treatment) => (lane: OpcuaLane) =>
  lane.send({ command: 'treat', service, ...(treatment && { treatment }) })

/** The connection that there is, is lost, and others come about under this. */
const reconnecting = (begin: (lane: OpcuaLane) => unknown) => async (lane: OpcuaLane) => {
  await begin(lane)
  await resetClients(lane)
}

const cutOff = told('is cut off', REFUSED, offline, online)
const reset = blow('resets its connections', resetClients)
const frozen = told(
  'is frozen',
  /answer|stopped sending/,
  (lane) => lane.freeze(),
  (lane) => lane.thaw(),
)
const killed = told(
  'is killed, and starts again',
  REFUSED,
  (lane) => lane.kill(),
  (lane) => lane.rebirth(),
)
const killedSessions = blow('ends all sessions', (lane) => lane.send({ command: 'kill-sessions' }))

function onTheWire(title: string, mood: WireMood, words: RegExp): Ordeal {
  return told(title, words, reconnecting(behave(mood)), pass)
}

export const wire: readonly Ordeal[] = [
  cutOff,
  reset,
  onTheWire('resets every connection', { mood: 'reset-at-connect' }, CLOSED),
  onTheWire('resets connections before its first answer', { mood: 'reset-in-reply', afterBytes: 0 }, CLOSED),
  onTheWire('resets connections after some bytes', { mood: 'reset-in-reply', afterBytes: 200 }, CLOSED),
  onTheWire('resets connections in the middle of an answer', { mood: 'reset-in-reply', afterBytes: 3000 }, CLOSED),
  onTheWire('sends garbage', { mood: 'garbage', bytes: 500 }, NO_OPC_UA),
  onTheWire('is a web server', { mood: 'http' }, NO_OPC_UA),
  onTheWire('takes longer for an answer than the reader waits', { mood: 'delay', ms: 4000 }, NO_ANSWER),
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

/** So that the session is gone, but not its subscription. */
function away(title: string): Ordeal {
  return lasting(title, REFUSED, LONGER_THAN_SESSION_MS, offline, online)
}

export const subscriptions: readonly Ordeal[] = [
  blow('says nothing of its subscriptions any more', (lane) => lane.send({ command: 'silence-subscriptions' })),
  blow('deletes its subscriptions', (lane) => lane.send({ command: 'delete-subscriptions' })),
  killedSessions,
  blow('lets its subscriptions live, and sends no values', (lane) => lane.send({ command: 'starve-subscriptions' })),
]

const refuse = (service: string, status: string) => treat(service, { refuse: status })

export const losses: readonly Ordeal[] = [
  away('is away until the session is over'),
  {
    ...away('is away until the session is over, and gives its subscription to no other session'),
    begin: async (lane) => {
      await refuse('TransferSubscriptions', 'BadServiceUnsupported')(lane)
      await offline(lane)
    },
  },
  blow(
    'resets its connections, and does not say again what was missed',
    reconnecting(refuse('Republish', 'BadServiceUnsupported')),
  ),
  blow('resets its connections, and lets nobody take his session up again', async (lane) => {
    await reconnecting(refuse('ActivateSession', 'BadSessionIdInvalid'))(lane)
    await lane.messages(2)
    await treat('ActivateSession')(lane)
  }),
]

// biome-ignore format: a table, one line a refusal
const refusals: readonly [service: string, status: string, words: RegExp][] = [
  ['CreateSession', 'BadTooManySessions', /no room for another session: close other clients, or wait/],
  ['CreateSession', 'BadServerHalted', /the server is about to stop/],
  ['CreateSession', 'BadOutOfMemory', /BadOutOfMemory/],
  ['ActivateSession', 'BadUserAccessDenied', /the server lets nobody in without a user: choose a user name/],
  ['CreateSubscription', 'BadTooManySubscriptions', /BadTooManySubscriptions/],
  ['GetEndpoints', 'BadOutOfMemory', /BadOutOfMemory/],
  ['Publish', 'BadOutOfMemory', /the server has ended the subscription \(BadOutOfMemory\)/],
]

/** The connection begins with nothing that it could take up. */
const afresh = (service: string, treatment: Treatment) => async (lane: OpcuaLane) => {
  await treat(service, treatment)(lane)
  await lane.send({ command: 'kill-sessions' })
  await resetClients(lane)
}

function refuses([service, status, words]: (typeof refusals)[number]): Ordeal {
  return told(`answers ${service} with ${status}`, words, afresh(service, { refuse: status }), treat(service))
}

function ignores(service: string): Ordeal {
  return told(`does not answer ${service}`, /answer/, afresh(service, { ignore: true }), treat(service))
}

export const services: readonly Ordeal[] = [...refusals.map(refuses), ignores('CreateSession'), ignores('Read')]

// biome-ignore format: a table, one line a state
const states: readonly [state: StateName, words: RegExp][] = [
  ['Failed', /the server has failed: somebody must look after it/],
  ['Suspended', /the server was suspended: it sends nothing until somebody lets it go on/],
  ['Shutdown', /the server is about to stop/],
]

export const doubts: readonly Ordeal[] = [
  ...states.map(([state, words]) =>
    told(
      `says that its state is ${state}`,
      words,
      (lane) => lane.send({ command: 'state', state }),
      (lane) => lane.send({ command: 'state', state: 'Running' }),
    ),
  ),
  told(
    'takes no items',
    /BadTooManyOperations/,
    afresh('CreateMonitoredItems', { refuse: 'BadTooManyOperations' }),
    treat('CreateMonitoredItems'),
    'any link',
  ),
]

/** Which is an answer: the link is none the worse. */
const answersNo = told(
  'answers Read with BadOutOfMemory',
  /BadOutOfMemory/,
  refuse('Read', 'BadOutOfMemory'),
  treat('Read'),
  'any link',
)

export const polled: readonly Ordeal[] = [
  cutOff,
  reset,
  killedSessions,
  answersNo,
  told(
    'answers Read with BadSessionIdInvalid',
    /BadSessionIdInvalid|does not know the session/,
    refuse('Read', 'BadSessionIdInvalid'),
    treat('Read'),
  ),
  told('does not answer Read', /answer/, treat('Read', { ignore: true }), treat('Read')),
  frozen,
  {
    ...told('is killed, and comes back with another certificate', ANOTHER_CERTIFICATE, comeBack, (lane) =>
      lane.trust(),
    ),
    outcome: 'is told of in words, and read again when somebody trusts it',
  },
]

async function comeBack(lane: OpcuaLane): Promise<void> {
  lane.kill()
  await lane.rebirth()
}

/** By the index of its namespace, and one that goes and comes. */
export const LOOSE: readonly TelltaleConstant[] = [
  { tag: { name: 'fixed', address: 'ns=2;s=Types.UInt16' }, value: 0 },
  { tag: { name: 'moody', address: 'nsu=urn:collectors:simulated-plant;s=Types.Int16' }, value: -32_768 },
]
const MISSING = /the server has no such node: is the NodeId right\? It is looked for again now and then/

export const oddities: readonly Ordeal[] = [
  unnoticed('splits its answers', behave({ mood: 'split', bytes: 50 }), pass),
  unnoticed('joins its answers', behave({ mood: 'clump', ms: 100 }), pass),
  unnoticed('takes its time', behave({ mood: 'delay', ms: 400 }), pass),
  partly(
    'has one node less, and again',
    'moody',
    MISSING,
    (lane) => lane.send({ command: 'vanish', name: 'Types.Int16' }),
    (lane) =>
      lane.send({ command: 'appear', place: { name: 'Types.Int16', type: 'Int16', setting: { value: -32_768 } } }),
  ),
  partly(
    'restarts with another index for its namespace',
    'fixed',
    MISSING,
    restart({ namespacesBefore: 1 }),
    restart({ namespacesBefore: 0 }),
  ),
]

export const ACCESS = { username: 'operator', password: 'secret' }

export const strangers: readonly Ordeal[] = [
  told(
    'has another password for its user now',
    /does not let this user in: check user name, password and rights/,
    async (lane) => {
      await lane.send({ command: 'users', users: { operator: 'another' } })
      await lane.send({ command: 'kill-sessions' })
    },
    (lane) => lane.send({ command: 'users', users: { operator: ACCESS.password } }),
  ),
  told(
    'shows another certificate after a restart',
    ANOTHER_CERTIFICATE,
    restart({ keyName: 'another' }),
    restart({ keyName: 'device' }),
  ),
  lasting(
    'is behind a black hole for longer than everything waits',
    NO_ANSWER,
    LONG_MS,
    behave({ mood: 'silent' }),
    pass,
  ),
]
