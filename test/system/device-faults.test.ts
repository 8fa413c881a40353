// Whatever a device does, over whatever transport, its process goes on: link and quality tell of the trouble within two
// cycles, no value is shown that the device did not give to this very request, and the values return by themselves.

import assert from 'node:assert/strict'
import type { InjectedFault } from '../../simulators/faults/injected-fault'
import { MODBUS_TRANSPORTS, type ModbusTransport } from '../../simulators/modbus/framing'
import { mbapCorruptions } from '../../simulators/modbus/mbap-frame'
import { rtuCorruptions } from '../../simulators/modbus/rtu-frame'
import { FaultLane, TIMEOUT_MS, type Trouble } from '../support/fault-lane'
import { flowOf, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { RowWatch } from '../support/row-watch'
import { SerialPair } from '../support/serial-pair'
import { UNIT_2_TAGS } from '../support/telltale'

function fault(title: string, ...faults: InjectedFault[]): Trouble {
  return {
    title,
    begin: ({ device }) => {
      device.faults.set(faults)
      // Some only strike a new connection.
      if (faults.some(({ kind }) => kind === 'reset-at-connect' || kind === 'reset-at-request')) device.resetClients()
    },
  }
}
const corruptions = (names: object): Trouble[] =>
  Object.keys(names).map((what) => fault(`corrupts its answers: ${what}`, { kind: 'corrupt', what }))

const off: Trouble = { title: 'is switched off', begin: ({ device }) => device.goOffline() }
const silent = fault('takes requests and never answers', { kind: 'silent' })
/** An answer that comes when the next one is waited for, or much later. */
const late = [
  fault('answers a little too late', { kind: 'delay', ms: 1.3 * TIMEOUT_MS }),
  fault('answers much too late', { kind: 'delay', ms: 5 * TIMEOUT_MS }),
  fault('is far away', { kind: 'latency', ms: 1.3 * TIMEOUT_MS }),
  fault('is always five timeouts late', { kind: 'latency', ms: 5 * TIMEOUT_MS }),
]
const cutOff = fault('ends in the middle of every answer', { kind: 'reset-in-reply', afterBytes: 5 })
const garbage = fault('sends garbage instead of answers', { kind: 'garbage', place: 'instead', bytes: 300 })
const garbageBefore = fault('sends garbage before every answer', { kind: 'garbage', place: 'before', bytes: 40 })
const garbageBehind = fault('sends garbage behind every answer', { kind: 'garbage', place: 'after', bytes: 1400 })
const resets = [
  fault('resets every connection', { kind: 'reset-at-connect' }),
  fault('resets at every request', { kind: 'reset-at-request', request: 1 }),
]
const megabytes = fault('sends megabytes of garbage', { kind: 'garbage', place: 'instead', bytes: 16 * 2 ** 20 })
const unplugged: Trouble = {
  title: 'is on a line that is unplugged',
  begin: ({ pair }) => pair?.unplug(),
  end: ({ pair }) => pair?.plug(),
}
const joined = fault('sends two answers in one segment', { kind: 'join', replies: 2 })
const lossy = fault('loses every third request', { kind: 'silent', every: 3 })
const overtaking = fault('answers in the wrong order', { kind: 'reorder' })
const noisy = fault('is on a noisy line', { kind: 'noise', bytes: 7, afterMs: 3 })

const slow = fault('takes its time', { kind: 'delay', ms: 30 })
const byteByByte = fault('answers byte by byte', { kind: 'split', bytes: 1, gapMs: 2 })
const repeating = fault('says everything three times', { kind: 'repeat', copies: 3 })
const doubling = fault('says everything again a little later', { kind: 'duplicate', afterMs: 10 })
/** From the start; an adapter that begins to do it later costs an answer. */
const hearsItself = fault('is behind an adapter that hears itself', { kind: 'echo' })
const hearsItselfNow = { ...hearsItself, title: 'is behind another adapter now, one that hears itself' }

/** `told` by link and quality · `honest`: no value is wrong · `read` all the same */
type Troubles = { told: Trouble[]; honest: Trouble[]; read: Trouble[] }

const troubles: Record<ModbusTransport, Troubles> = {
  tcp: {
    told: [off, silent, ...late, cutOff, garbage, garbageBefore, ...resets, megabytes, ...corruptions(mbapCorruptions)],
    honest: [joined, lossy, overtaking, garbageBehind],
    read: [slow, byteByByte, repeating, doubling],
  },
  udp: {
    told: [
      off,
      silent,
      ...late,
      cutOff,
      garbage,
      garbageBefore,
      garbageBehind,
      megabytes,
      fault('needs two datagrams for an answer', { kind: 'split', bytes: 9, gapMs: 2 }),
      repeating,
      ...corruptions(mbapCorruptions),
    ],
    honest: [joined, lossy, overtaking],
    read: [slow, doubling],
  },
  'rtu-over-tcp': {
    told: [off, silent, ...late, cutOff, garbage, ...resets, megabytes, ...corruptions(rtuCorruptions)],
    honest: [joined, lossy, overtaking, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating],
  },
  rtu: {
    told: [off, silent, ...late, cutOff, garbage, unplugged, ...corruptions(rtuCorruptions)],
    honest: [joined, lossy, overtaking, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating],
  },
}

/** Something is wrong with one unit only. */
const ofOneUnit = [
  fault('is silent in one unit', { kind: 'silent', unit: 2 }),
  fault('is slow in one unit', { kind: 'delay', ms: 5 * TIMEOUT_MS, unit: 2 }),
]

const LANES = 4
/** Of a reader that is patient, as it must be where the machine is busy. */
const PATIENT = { interval: 100, timeout: 10_000 }

describe('a device that', function () {
  this.timeout(240_000)
  const lanes: FaultLane[] = []
  const outcomes = new Map<string, Promise<void>>()
  const pids = new Map<string, number | null>()
  let nodeRed: NodeRed
  let rows: RowWatch

  before(async function () {
    const nodes = []
    for (const transport of MODBUS_TRANSPORTS) {
      for (let number = 0; number <= LANES; number++) {
        const pair = transport === 'rtu' ? await SerialPair.open(this) : undefined
        const lane = await FaultLane.start(`${transport}-${number}`, transport, pair)
        lanes.push(lane)
        nodes.push(lane.readerNode(number === LANES ? PATIENT : {}))
        if (number === 0) await off.begin(lane)
        if (number === 1) await silent.begin(lane)
        if (number === LANES && troubles[transport].read.includes(hearsItself)) await hearsItself.begin(lane)
      }
    }
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...nodes) })
    rows = new RowWatch(nodeRed)
    for (const lane of lanes) {
      lane.run(nodeRed, rows)
      await rows.when(lane.name, ({ status }) => status === 'running')
      pids.set(lane.name, (await nodeRed.row(lane.name)).pid)
    }
    for (const transport of MODBUS_TRANSPORTS) begin(transport)
  })
  after(async () => {
    await rows?.end()
    await nodeRed?.dispose()
    for (const lane of lanes) await lane.dispose()
  })

  for (const transport of MODBUS_TRANSPORTS) {
    const { told, honest, read } = troubles[transport]
    describe(`over ${transport}`, () => {
      it('is off or silent from the start has no value before it is there', () => outcome(transport, 'start'))
      for (const { title } of told)
        it(`${title} is told of by link and quality, and read again afterwards`, () => outcome(transport, title))
      for (const { title } of honest)
        it(`${title} never gives a wrong value, and is read again afterwards`, () => outcome(transport, title))
      for (const { title } of ofOneUnit) it(`${title} is read in the other`, () => outcome(transport, title))
      for (const { title } of read) it(`${title} is read all the same`, () => outcome(transport, title))
    })
  }

  it('is in trouble never costs a restart', async () => {
    for (const lane of lanes) {
      await lane.done()
      const { name } = lane
      const { pid, restart_count, generation, status, link } = await nodeRed.row(name)
      assert.deepEqual(
        { name, pid, restart_count, generation, status, link },
        { name, pid: pids.get(name), restart_count: 0, generation: 1, status: 'running', link: 'connected' },
      )
      lane.assertHonest()
    }
  })

  /** Everything that happens over a transport, in its lanes at the same time. */
  function begin(transport: ModbusTransport): void {
    const own = lanes.filter((lane) => lane.transport === transport)
    const patient = own.pop()
    const [first, second] = own
    if (!patient || !first || !second) throw new Error('too few lanes')
    const keep = (title: string, lane: FaultLane, what: (lane: FaultLane) => Promise<void>): void => {
      const settled = lane.afterwards(what)
      settled.catch(() => {
        // its test tells
      })
      outcomes.set(`${transport} ${title}`, settled)
    }
    const atStart = Promise.all([
      first.afterwards((lane) => lane.hasNothingBeforeItIsThere(off)),
      second.afterwards((lane) => lane.hasNothingBeforeItIsThere(silent)),
    ]).then(() => {})
    atStart.catch(() => {})
    outcomes.set(`${transport} start`, atStart)

    const { told, honest, read } = troubles[transport]
    let next = 0
    const inAnyLane = (title: string, what: (lane: FaultLane) => Promise<void>): void =>
      keep(title, own[next++ % own.length] ?? first, what)
    for (const trouble of told) inAnyLane(trouble.title, (lane) => lane.isTold(trouble))
    for (const trouble of honest) inAnyLane(trouble.title, (lane) => lane.isHonest(trouble))
    for (const trouble of ofOneUnit) inAnyLane(trouble.title, (lane) => lane.isBadOnlyIn(UNIT_2_TAGS, trouble))
    for (const oddity of read) keep(oddity.title, patient, (lane) => lane.isReadAllTheSame(oddity))
  }

  function outcome(transport: ModbusTransport, title: string): Promise<void> {
    return outcomes.get(`${transport} ${title}`) ?? Promise.reject(new Error('it did not begin'))
  }
})
