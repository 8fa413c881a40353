// Troubles of an OPC UA server and of the way to it at random, upon each other.

import { setTimeout as delay } from 'node:timers/promises'
import type { OpcuaLane } from './opcua-lane'
import type { Ordeal } from './opcua-ordeals'
import { randomNumbers } from './random'

/** Mean time from one to the next. */
const PAUSE_MS = 800
const STATUSES = ['BadOutOfMemory', 'BadServerHalted', 'BadSessionIdInvalid', 'BadTooManyOperations', 'BadTimeout']
const SERVICES = ['CreateSession', 'ActivateSession', 'Read', 'CreateSubscription', 'CreateMonitoredItems', 'Publish']

/** Of a server that runs. */
type Trouble = (lane: OpcuaLane, random: () => number) => unknown

const pick = <T>(choices: readonly T[], random: () => number): T => choices[Math.floor(random() * choices.length)] as T

const troubles: Record<string, Trouble> = {
  'connections are reset': (lane) => lane.send({ command: 'reset-clients' }),
  'sessions end': (lane) => lane.send({ command: 'kill-sessions' }),
  'subscriptions end': (lane) => lane.send({ command: 'delete-subscriptions' }),
  'subscriptions fall silent': (lane) => lane.send({ command: 'silence-subscriptions' }),
  'subscriptions starve': (lane) => lane.send({ command: 'starve-subscriptions' }),
  'it is cut off': (lane) => lane.send({ command: 'offline' }),
  'it is there again': (lane) => lane.send({ command: 'online' }),
  'it restarts': (lane, random) =>
    lane.send({ command: 'restart', change: { namespacesBefore: Math.floor(random() * 3) } }),
  'it dies': async (lane) => {
    lane.kill()
    await lane.rebirth()
  },
  'it freezes': async (lane, random) => {
    lane.freeze()
    await delay(random() * 2 * PAUSE_MS)
    lane.thaw()
  },
  'nothing passes': (lane) => lane.send({ command: 'wire', mood: { mood: 'silent' } }),
  'all passes': (lane) => lane.send({ command: 'wire', mood: { mood: 'pass' } }),
  'answers are late': (lane, random) =>
    lane.send({ command: 'wire', mood: { mood: 'delay', ms: Math.floor(random() * 3000) } }),
  'answers are cut': (lane, random) =>
    lane.send({ command: 'wire', mood: { mood: 'reset-in-reply', afterBytes: Math.floor(random() * 5000) } }),
  'answers are split': (lane) => lane.send({ command: 'wire', mood: { mood: 'split', bytes: 100 } }),
  'garbage comes': (lane) => lane.send({ command: 'wire', mood: { mood: 'garbage', bytes: 100 } }),
  'a service is refused': (lane, random) =>
    lane.send({
      command: 'treat',
      service: pick(SERVICES, random),
      treatment: { refuse: pick(STATUSES, random) },
    }),
  'a service is ignored': (lane, random) =>
    lane.send({ command: 'treat', service: pick(SERVICES, random), treatment: { ignore: true } }),
  'services are as they should be': (lane) => calmServices(lane),
}

async function calmServices(lane: OpcuaLane): Promise<void> {
  for (const service of SERVICES) await lane.send({ command: 'treat', service })
}

/** Of a server in a process of its own. */
export function troublesAtRandom(seed: number, count: number): Ordeal {
  const happened: string[] = []
  const begin = async (lane: OpcuaLane): Promise<void> => {
    const random = randomNumbers(seed)
    for (let number = 0; number < count; number++) {
      const title = pick(Object.keys(troubles), random)
      happened.push(title)
      await troubles[title]?.(lane, random)
      await delay(random() * 2 * PAUSE_MS)
    }
    await calmServices(lane)
    await lane.send({ command: 'wire', mood: { mood: 'pass' } })
    await lane.send({ command: 'online' })
    await lane.isWell()
  }
  return {
    title: `is in troubles at random (seed ${seed})`,
    outcome: 'is read again when they are over, and told of truly meanwhile',
    begin: (lane) =>
      begin(lane).catch((cause: unknown) => {
        throw new Error(`after ${happened.join(', ')}`, { cause })
      }),
  }
}
