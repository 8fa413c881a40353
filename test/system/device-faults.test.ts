// Whatever a device does, its process goes on: link and quality tell of the trouble within two cycles, no value is shown
// that the device did not give, and the values return by themselves.

import assert from 'node:assert/strict'
import type { InjectedFault } from '../../simulators/faults/injected-fault'
import { mbapCorruptions } from '../../simulators/modbus/mbap-frame'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed, type Recorded } from '../support/node-red'

const INTERVAL_MS = 400
const TIMEOUT_MS = 150
const TAGS = [
  { name: 'level', address: 'hr0', type: 'uint16' },
  { name: 'ready', address: 'coil0', type: 'bool' },
]
/** A cycle that was under way when the trouble began may still be good; the next one is not. */
const TOLD_WITHIN_CYCLES = 2
/** Seen so long, cycles, before it ends. */
const TROUBLE_CYCLES = 4
/** What a busy machine may need in addition, ms. */
const TOLERANCE_MS = 1_500
/** Of a reader that is patient, as it must be where the machine is busy. */
const PATIENT = { interval: 100, timeout: 10_000 }

type Trouble = { title: string; begin(device: ModbusDevice): void | Promise<void> }

function fault(title: string, ...faults: InjectedFault[]): Trouble {
  return {
    title,
    begin: (device) => {
      device.faults.set(faults)
      // Some only strike a new connection.
      if (faults.some(({ kind }) => kind === 'reset-at-connect' || kind === 'reset-at-request')) device.resetClients()
    },
  }
}

const troubles: Trouble[] = [
  { title: 'is switched off', begin: (device) => device.goOffline() },
  fault('takes requests and never answers', { kind: 'silent' }),
  fault('answers when it is too late', { kind: 'delay', ms: 5 * TIMEOUT_MS }),
  fault('resets every connection', { kind: 'reset-at-connect' }),
  fault('resets at every request', { kind: 'reset-at-request', request: 1 }),
  fault('resets in the middle of every answer', { kind: 'reset-in-reply', afterBytes: 5 }),
  fault('sends garbage before every answer', { kind: 'garbage', place: 'before', bytes: 40 }),
  fault('sends garbage instead of answers', { kind: 'garbage', place: 'instead', bytes: 300 }),
  fault('sends megabytes of garbage', { kind: 'garbage', place: 'instead', bytes: 16 * 2 ** 20 }),
  ...Object.keys(mbapCorruptions).map((what) => fault(`corrupts its answers: ${what}`, { kind: 'corrupt', what })),
]

/** What is odd, but no trouble. */
const oddities: Trouble[] = [
  fault('takes its time', { kind: 'delay', ms: 60 }),
  fault('answers byte by byte', { kind: 'split', bytes: 1, gapMs: 2 }),
  fault('says everything three times', { kind: 'repeat', copies: 3 }),
]

const LANES = 5

describe('a device that', function () {
  this.timeout(120_000)
  const devices = new Map<string, ModbusDevice>()
  /** Settle when the trouble is over, one after the other in each lane. */
  const outcomes = new Map<string, Promise<void>>()
  const pids = new Map<string, number | null>()
  let nodeRed: NodeRed
  let atStart: Promise<void>

  before(async () => {
    const lanes = Array.from({ length: LANES }, (_, lane) => `lane-${lane}`)
    for (const name of [...lanes, 'odd', 'off-at-start', 'silent-at-start']) {
      const device = await ModbusDevice.start({ engine: 'jsmodbus' })
      device.memory.set('holding', 0, 1000)
      device.memory.set('coil', 0, 1)
      devices.set(name, device)
    }
    await deviceOf('off-at-start').goOffline()
    deviceOf('silent-at-start').faults.set([{ kind: 'silent' }])
    const readers = [...devices].map(([name, { port }]) =>
      readerNode(name, port, {
        interval: INTERVAL_MS,
        timeout: TIMEOUT_MS,
        tags: TAGS,
        ...(name === 'odd' && PATIENT),
      }),
    )
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...readers) })
    for (const name of devices.keys()) {
      const row = await nodeRed.rowWhen(name, ({ status }) => status === 'running')
      pids.set(name, row.pid)
    }
    atStart = Promise.all([fromTheStart('off-at-start'), fromTheStart('silent-at-start')]).then(() => {})
    atStart.catch(() => {})
    troubles.forEach((trouble, index) => {
      inLane(trouble, lanes[index % LANES] ?? '', troubleIn)
    })
    for (const oddity of oddities) inLane(oddity, 'odd', oddityIn)
  })
  after(async () => {
    await nodeRed.dispose()
    for (const device of devices.values()) await device.close()
  })

  for (const { title } of troubles)
    it(`${title} is told of by link and quality, and read again afterwards`, () => outcomes.get(title))
  for (const { title } of oddities) it(`${title} is read all the same`, () => outcomes.get(title))
  it('is off or silent from the start has no value before it is there', () => atStart)

  it('is in trouble never costs a restart', async () => {
    await Promise.allSettled(outcomes.values())
    for (const name of devices.keys()) {
      const { pid, restart_count, generation, status, link } = await nodeRed.row(name)
      assert.deepEqual(
        { name, pid, restart_count, generation, status, link },
        { name, pid: pids.get(name), restart_count: 0, generation: 1, status: 'running', link: 'connected' },
      )
    }
  })

  function deviceOf(name: string): ModbusDevice {
    const device = devices.get(name)
    if (!device) throw new Error(`there is no device ${name}`)
    return device
  }

  const tails = new Map<string, Promise<void>>()
  function inLane(trouble: Trouble, lane: string, run: (trouble: Trouble, lane: string) => Promise<void>): void {
    const outcome = (tails.get(lane) ?? Promise.resolve()).then(() => run(trouble, lane))
    outcomes.set(trouble.title, outcome)
    tails.set(
      lane,
      outcome.catch(() => {}),
    )
  }

  async function troubleIn({ begin }: Trouble, lane: string): Promise<void> {
    const device = deviceOf(lane)
    await goodMessage(lane, device)
    await begin(device)
    const began = { at: Date.now(), index: nodeRed.recorded(lane).length }
    const link = nodeRed.rowWhen(lane, (row) => row.link !== 'connected').then(() => Date.now())
    await nodeRed.recordedWhen(lane, isAllBad, { from: began.index })
    await messages(lane, TROUBLE_CYCLES)
    const linkToldAfterMs = (await link) - began.at

    const during = nodeRed.recorded(lane).slice(began.index)
    const firstBad = during.findIndex(isAllBad)
    assert.ok(firstBad < TOLD_WITHIN_CYCLES, `message ${firstBad + 1} is the first bad one`)
    const limitMs = TOLD_WITHIN_CYCLES * INTERVAL_MS + TOLERANCE_MS
    const toldAfterMs = (during[firstBad]?.timestamp ?? 0) - began.at
    assert.ok(toldAfterMs <= limitMs, `told by quality after ${toldAfterMs} ms`)
    assert.ok(linkToldAfterMs <= limitMs, `told by link after ${linkToldAfterMs} ms`)
    for (const message of during.slice(firstBad)) assert.ok(isAllBad(message), JSON.stringify(message))
    const row = await nodeRed.row(lane)
    assert.notEqual(row.last_error, null)
    assert.deepEqual(row.tags, { total: 2, good: 0, bad: 2 })

    await recover(lane, device)
  }

  /** Values that come back are those that the device has now, not those from before. */
  async function recover(lane: string, device: ModbusDevice): Promise<void> {
    const [level = 0] = device.memory.get('holding', 0)
    device.memory.set('holding', 0, level + 1)
    device.faults.set([])
    await device.comeBack()
    await goodMessage(lane, device)
    await nodeRed.rowWhen(lane, ({ link, tags }) => link === 'connected' && tags.good === 2)
  }

  async function oddityIn({ begin }: Trouble, lane: string): Promise<void> {
    const device = deviceOf(lane)
    await goodMessage(lane, device)
    await begin(device)
    const from = nodeRed.recorded(lane).length
    await messages(lane, 10)
    for (const message of nodeRed.recorded(lane).slice(from))
      assert.ok(isGood(message, device), JSON.stringify(message))
    device.faults.set([])
  }

  async function fromTheStart(name: string): Promise<void> {
    await messages(name, TROUBLE_CYCLES)
    for (const message of nodeRed.recorded(name)) assert.ok(isAllBad(message), JSON.stringify(message))
    const { link, status, tags } = await nodeRed.row(name)
    assert.ok(link === 'disconnected' || link === 'connecting')
    assert.deepEqual({ status, tags }, { status: 'running', tags: { total: 2, good: 0, bad: 2 } })
    await recover(name, deviceOf(name))
  }

  async function goodMessage(name: string, device: ModbusDevice): Promise<void> {
    await nodeRed.recordedWhen(name, (message) => isGood(message, device), { timeoutMs: 30_000 })
  }

  /** Waits for so many more messages. */
  async function messages(name: string, count: number): Promise<void> {
    const from = nodeRed.recorded(name).length
    await nodeRed.recordedWhen(name, (message) => message === nodeRed.recorded(name)[from + count - 1], { from })
  }
})

/** Every tag is null, each with a reason. */
function isAllBad({ payload, quality }: Recorded): boolean {
  const reasons = TAGS.map(({ name }) => quality?.[name] ?? '')
  return JSON.stringify(payload) === '{"level":null,"ready":null}' && reasons.every((reason) => reason.length > 5)
}

/** Every tag has the value that the device has. */
function isGood({ payload, quality }: Recorded, device: ModbusDevice): boolean {
  const expected = { level: device.memory.get('holding', 0)[0], ready: true }
  return JSON.stringify(payload) === JSON.stringify(expected) && JSON.stringify(quality) === '{}'
}
