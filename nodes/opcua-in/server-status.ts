// What a server tells of itself (OPC 10000-5, 6.3.3, Server_ServerStatus), in words.

import type { NodeRef } from './node-ids'
import type { OpcuaSession, Sample } from './session'
import { qualityOf } from './statuses'

export const CURRENT_TIME = serverNode(2258)
export const SERVER_STATE = serverNode(2259)
/** How soon it stops, and why. */
const SHUTDOWN = [serverNode(2992), serverNode(2993)] as const

/** ServerState (OPC 10000-5, 12.6), from 0 on. */
// biome-ignore format: a table, one line a state
const states: readonly [name: string, text: string][] = [
  ['Running', ''],
  ['Failed', 'the server has failed: somebody must look after it'],
  ['NoConfiguration', 'the server has no configuration'],
  ['Suspended', 'the server was suspended: it sends nothing until somebody lets it go on'],
  ['Shutdown', 'the server is about to stop'],
  ['Test', 'the server is in test mode: its values need not be those of the plant'],
  ['CommunicationFault', 'the server has lost the devices behind it'],
  ['Unknown', 'the server does not know its own state'],
]

/** Why no value of it is to be relied on; undefined while it runs, and for servers that do not tell. */
export function doubtOf(state: Sample | undefined): string | undefined {
  const number: unknown = state?.value?.data
  if (!state || qualityOf(state.code) === 'bad' || typeof number !== 'number' || number === 0) return undefined
  const [name = `${number}`, text = 'the server is in a state of its own'] = states[number] ?? []
  return `${text} (its state is ${name})`
}

const IN_SHUTDOWN = 4

/** The state, and for a server that is about to stop when it does so. */
export class ServerStatus {
  #state: Sample | undefined
  #shutdown = ''

  get doubt(): string | undefined {
    const doubt = doubtOf(this.#state)
    return doubt === undefined || this.#shutdown === '' ? doubt : `${doubt}, ${this.#shutdown}`
  }

  /** The last state that it told; undefined = it is not known any more. Tells what is new: a doubt, or that there is none any more. */
  hear(state: Sample | undefined, session: OpcuaSession | undefined): 'doubtful' | 'running' | undefined {
    const before = doubtOf(this.#state)
    this.#state = state
    const now = doubtOf(state)
    if (now === before) return undefined
    this.#shutdown = ''
    if (session && state?.value?.data === IN_SHUTDOWN) void this.#askWhen(session)
    return now === undefined ? 'running' : 'doubtful'
  }

  async #askWhen(session: OpcuaSession): Promise<void> {
    // A server that stops need not answer any more.
    const samples = await session.read(SHUTDOWN).catch(() => [])
    this.#shutdown = describeShutdown(samples)
  }
}

/** What `SHUTDOWN` holds: `in 12 s: maintenance`, or ''. */
export function describeShutdown([seconds, reason]: readonly (Sample | undefined)[]): string {
  const left: unknown = seconds?.value?.data
  const data: unknown = reason?.value?.data
  const text: unknown = typeof data === 'object' && data !== null && 'text' in data ? data.text : undefined
  const when = typeof left === 'number' && left > 0 ? `in ${left} s` : ''
  const why = typeof text === 'string' ? text.slice(0, 200) : ''
  return [when, why].filter((part) => part !== '').join(': ')
}

function serverNode(value: number): NodeRef {
  return { namespace: 0, id: { kind: 'numeric', value }, range: '' }
}
