// Troubles of an OPC UA server and of the way to it at random, upon each other: whatever happened, its reader has told nothing
// that is not true, reads again by itself when they are over, and holds one session.

import { setTimeout as delay } from 'node:timers/promises'
import { flowOf, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { OpcuaLane } from '../support/opcua-lane'
import { randomNumbers } from '../support/random'
import { RowWatch } from '../support/row-watch'

const SEED = Number(process.env.SEED ?? 5)
/** Troubles last a while. */
const TROUBLES = Number(process.env.TROUBLES ?? 12)
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

describe('an OPC UA server in troubles at random', function () {
  this.timeout(180_000)
  let lane: OpcuaLane
  let nodeRed: NodeRed
  let rows: RowWatch

  before(async () => {
    lane = await OpcuaLane.start('unlucky', { process: {} })
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), lane.readerNode()) })
    rows = new RowWatch(nodeRed)
    await lane.run(nodeRed, rows)
  })
  after(async () => {
    await rows?.end()
    await nodeRed?.dispose()
    await lane?.dispose()
  })

  it(`is read again when they are over, and told of truly meanwhile (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED)
    const happened: string[] = []
    await lane.isWell()
    try {
      for (let count = 0; count < TROUBLES; count++) {
        const title = pick(Object.keys(troubles), random)
        happened.push(title)
        await troubles[title]?.(lane, random)
        await delay(random() * 2 * PAUSE_MS)
      }
      await calmServices(lane)
      await lane.send({ command: 'wire', mood: { mood: 'pass' } })
      await lane.send({ command: 'online' })
      await lane.isWell()
    } catch (error) {
      throw new Error(`after ${happened.join(', ')}`, { cause: error })
    }
    await lane.assertNoRestart()
    await lane.assertOneSession()
  })
})
