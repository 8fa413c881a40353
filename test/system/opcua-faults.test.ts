// Whatever happens to an OPC UA server, or to the way to it, its reader goes on: it reads again by itself, or says what there is
// to do; no value is shown that the server did not give, and none for long after it; no session is left behind.

import assert from 'node:assert/strict'
import { flowOf, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { HostileServer } from '../support/opcua-hostile'
import { type LaneOptions, OpcuaLane } from '../support/opcua-lane'
import { troublesAtRandom } from '../support/opcua-luck'
import { type Ordeal, suffer } from '../support/opcua-ordeals'
import {
  ACCESS,
  doubts,
  LOOSE,
  losses,
  oddities,
  polled,
  power,
  services,
  strangers,
  subscriptions,
  wire,
} from '../support/opcua-troubles'
import { RowWatch } from '../support/row-watch'

const HOUR_MS = 3_600_000
const SEED = Number(process.env.SEED ?? 5)
const RANDOM_TROUBLES = Number(process.env.TROUBLES ?? 12)
/** One way alone, by hand. */
const WAY = process.env.WAY

type Way = { name: string; options: LaneOptions; credentials?: Record<string, string>; ordeals: readonly Ordeal[] }

const allWays: readonly Way[] = [
  { name: 'the way to it', options: {}, ordeals: wire },
  { name: 'power', options: { process: {} }, ordeals: power },
  { name: 'subscriptions', options: {}, ordeals: subscriptions },
  { name: 'losses', options: {}, ordeals: losses },
  { name: 'services', options: {}, ordeals: services },
  {
    name: 'polled, signed, and a clock that is behind',
    options: {
      process: { clockOffsetMs: -HOUR_MS },
      properties: { mode: 'poll', securityMode: 'sign', trust: 'first-use' },
    },
    ordeals: polled,
  },
  { name: 'doubts', options: {}, ordeals: doubts },
  { name: 'luck', options: { process: {} }, ordeals: [troublesAtRandom(SEED, RANDOM_TROUBLES)] },
  { name: 'oddities', options: { properties: { timeout: 10_000 }, more: LOOSE }, ordeals: oddities },
  {
    name: 'users, certificates, and a clock that is ahead',
    options: {
      process: { clockOffsetMs: HOUR_MS },
      settings: { anonymous: false },
      properties: { securityMode: 'signAndEncrypt', trust: 'first-use', authentication: 'username' },
    },
    credentials: ACCESS,
    ordeals: strangers,
  },
]

const ways = allWays.filter(({ name }) => WAY === undefined || name === WAY)

describe('an OPC UA server that', function () {
  this.timeout(240_000)
  const lanes = new Map<string, OpcuaLane>()
  const outcomes = new Map<string, Promise<void>>()
  let hostile: HostileServer
  let endured: Promise<void>
  let nodeRed: NodeRed
  let rows: RowWatch

  before(async () => {
    const nodes = await Promise.all(
      ways.map(async ({ name, options, credentials }): Promise<FlowNode> => {
        const lane = await OpcuaLane.start(name, options)
        lanes.set(name, lane)
        return credentials ? { ...lane.readerNode(), credentials } : lane.readerNode()
      }),
    )
    hostile = await HostileServer.start()
    nodeRed = await NodeRed.start({ flows: [] })
    // Credentials come by a deploy.
    await nodeRed.deploy(flowOf(supervisorNode(), ...nodes, hostile.readerNode()))
    rows = new RowWatch(nodeRed)
    endured = hostile.isEndured(nodeRed, rows)
    endured.catch(() => {
      // its test tells
    })
    for (const { name, ordeals } of ways) {
      const lane = laneOf(name)
      await lane.run(nodeRed, rows)
      for (const ordeal of ordeals) {
        const outcome = lane.afterwards(() => suffer(lane, ordeal))
        outcome.catch(() => {
          // its test tells
        })
        outcomes.set(`${name} ${ordeal.title}`, outcome)
      }
    }
  })
  after(async () => {
    await rows?.end()
    await nodeRed?.dispose()
    for (const lane of lanes.values()) await lane.dispose()
    await hostile?.close()
  })

  for (const { name, ordeals } of ways) {
    describe(`(${name})`, () => {
      for (const { title, outcome } of ordeals)
        it(`${title} ${outcome}`, () =>
          outcomes.get(`${name} ${title}`) ?? Promise.reject(new Error('it did not begin')))
    })
  }

  it('sends what no server sends is told of in words, costs no restart, and is read again afterwards', () => endured)

  it('is in trouble costs no restart, and holds one session of ours in the end', async () => {
    for (const lane of lanes.values()) {
      await lane.done()
      lane.assertHonest()
      await lane.assertNoRestart()
      await lane.assertOneSession()
    }
  })

  function laneOf(name: string): OpcuaLane {
    return lanes.get(name) ?? assert.fail(`there is no lane ${name}`)
  }
})
