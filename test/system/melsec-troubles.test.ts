// PLCs that cannot be read as they are, or not yet: the reader says why in words that tell what to change, goes on trying, and
// reads as soon as it can.

import assert from 'node:assert/strict'
import type { ProcessRow } from '../../lib/contract/process-row'
import { TURN_AWAY, type TurnAway } from '../../simulators/faults/manners'
import { MelsecDevice, type MelsecOptions } from '../../simulators/melsec/melsec-device'
import { flowOf, melsecNode, supervisorNode } from '../support/flows'
import { type FlowNode, isGood, NodeRed } from '../support/node-red'

/** How long a PLC keeps the place of a client that died. */
const HELD_MS = 4000
/** The pauses between attempts grow meanwhile. */
const RECOVERY_LIMIT_MS = 40_000
const TIMEOUT_MS = 1000

type Trouble = {
  title: string
  plc: MelsecOptions
  /** Of the reader. */
  properties: Record<string, unknown>
  begin?(plc: MelsecDevice): void | Promise<void>
  reason: RegExp
  /** The PLC answers, so the connection stays. */
  isAnswered: boolean
  /** If somebody can do it at the PLC. */
  end?(plc: MelsecDevice): void | Promise<void>
}

const q: MelsecOptions = { series: 'q', endpoint: 'module' }
const asQ = { series: 'q', frame: '3E', encoding: 'binary' }
const unheard = /connected but left a request unanswered for \d+ ms; are frame .* and data code .* those of its port/

const troubles: Trouble[] = [
  {
    title: 'is off',
    plc: q,
    properties: asQ,
    begin: (plc) => plc.goOffline(),
    reason: /refuses connections; is this port open in the Ethernet parameters of the PLC, for MC protocol/,
    isAnswered: false,
    end: (plc) => plc.comeBack(),
  },
  {
    title: 'is off, over UDP',
    plc: { ...q, ports: [{ transport: 'udp' }] },
    properties: { ...asQ, transport: 'udp' },
    begin: (plc) => plc.goOffline(),
    reason: /nothing listens on this UDP port; is this port open in the Ethernet parameters of the PLC/,
    isAnswered: false,
    end: (plc) => plc.comeBack(),
  },
  {
    title: 'accepts and never answers',
    plc: q,
    properties: asQ,
    begin: (plc) => plc.door.faults.set([{ kind: 'silent' }]),
    reason: unheard,
    isAnswered: false,
    end: (plc) => plc.door.faults.set([]),
  },
  {
    title: 'is set to ASCII',
    plc: { ...q, ports: [{ encoding: 'ascii' }] },
    properties: asQ,
    reason: /it answers in ASCII: set PLC and node to the same data code/,
    isAnswered: false,
  },
  {
    title: 'is set to ASCII and speaks 1E',
    plc: { series: 'fx3', ports: [{ encoding: 'ascii' }] },
    properties: { series: 'fx3', frame: '1E', encoding: 'binary' },
    reason: /it answers in ASCII: set PLC and node to the same data code/,
    isAnswered: false,
  },
  {
    title: 'is set to binary, and does not know what to answer',
    plc: { series: 'q', endpoint: 'builtin' },
    properties: { ...asQ, encoding: 'ascii' },
    reason: unheard,
    isAnswered: false,
  },
  {
    title: 'speaks 3E, not 4E',
    plc: { series: 'l', endpoint: 'builtin' },
    properties: { series: 'l', frame: '4E', encoding: 'binary' },
    reason: unheard,
    isAnswered: false,
  },
  {
    title: 'speaks 1E, not 3E',
    plc: { ...q, ports: [{ frames: ['1E'] }] },
    properties: asQ,
    reason: /does not answer with 3E frames; is it another service, are frame and data code right\?/,
    isAnswered: false,
  },
  {
    title: 'is locked by a remote password',
    plc: q,
    properties: asQ,
    begin: (plc) => plc.lock(true),
    reason: /^end code C201 at D0: the port is locked by a remote password; take this port out of the remote password/,
    isAnswered: true,
    end: (plc) => plc.lock(false),
  },
  {
    title: 'is locked by a remote password and speaks 1E',
    plc: { series: 'fx3' },
    properties: { series: 'fx3', frame: '1E', encoding: 'binary' },
    begin: (plc) => plc.lock(true),
    reason: /^end code 5B \(abnormal code C201\) at D0: the port is locked by a remote password/,
    isAnswered: true,
    end: (plc) => plc.lock(false),
  },
  {
    title: 'is of another series',
    plc: q,
    properties: { series: 'iqr', frame: '4E', encoding: 'binary' },
    reason: /^end code C059 at D0: it does not know this command; choose the right series/,
    isAnswered: true,
  },
  {
    title: 'is not the one of the network that was asked for',
    plc: q,
    properties: { ...asQ, network: 3 },
    reason: /^end code C05F at D0: this PLC cannot be asked this; look at network, PC, module IO and station/,
    isAnswered: true,
  },
]

/** What a reader hears whose predecessor was killed, by the way in which the PLC turns it away. */
const places: Record<TurnAway, RegExp> = {
  refuse: /refuses connections; .*Many allow one connection to a port only, and keep the place of a client that died/,
  reset: /closed the connection at once: many devices serve one client only/,
  close: /closed the connection at once: many devices serve one client only/,
  silent: unheard,
}

const placeOf = (turnAway: TurnAway): string => `place ${turnAway}`

describe('a PLC that', function () {
  this.timeout(60_000)
  const plcs = new Map<string, MelsecDevice>()
  const returned = new Map<TurnAway, Promise<void>>()
  let nodeRed: NodeRed

  before(async () => {
    const readers: FlowNode[] = []
    const start = async (name: string, options: MelsecOptions, properties: Record<string, unknown>) => {
      const plc = await MelsecDevice.start(options)
      plcs.set(name, plc)
      plc.memory.set('D', 0, 7)
      readers.push(melsecNode(name, plc.port, { timeout: TIMEOUT_MS, interval: 300, ...properties }))
      return plc
    }
    for (const { title, plc: options, properties, begin } of troubles) {
      const plc = await start(title, options, properties)
      await begin?.(plc)
    }
    for (const turnAway of TURN_AWAY) {
      // a reader that is not heard asks twice before it says so
      const holdPlaceMs = turnAway === 'silent' ? 2 * HELD_MS : HELD_MS
      const manners = { clientsMax: 1, turnAway, holdPlaceMs }
      await start(placeOf(turnAway), { ...q, ports: [{ manners }] }, asQ)
    }
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...readers) })
    for (const turnAway of TURN_AWAY) {
      const outcome = comesBackAfterKill(turnAway)
      outcome.catch(() => {
        // its test tells
      })
      returned.set(turnAway, outcome)
    }
  })
  after(async () => {
    await nodeRed?.dispose()
    for (const plc of plcs.values()) await plc.close()
  })

  for (const { title, reason, isAnswered, end } of troubles) {
    it(`${title} is told of in words${end ? ', and read when that is mended' : ''}`, async () => {
      const { quality, payload } = await nodeRed.recordedWhen(title, (message) => says(message.quality?.value), {
        from: 0,
      })
      assert.deepEqual({ payload, reason: says(quality?.value) }, { payload: { value: null }, reason: true })
      const row = await nodeRed.rowWhen(title, (row) => isToldBy(row) && (!isAnswered || row.link === 'connected'))
      const { status, restart_count, tags } = row
      assert.deepEqual(
        { status, restart_count, tags },
        { status: 'running', restart_count: 0, tags: { total: 1, good: 0, bad: 1 } },
      )
      if (isAnswered) assert.equal(plcs.get(title)?.door.connections, 1)
      if (!end) return
      const plc = plcs.get(title) ?? assert.fail(title)
      await end(plc)
      const message = await nodeRed.recordedWhen(title, isGood, { timeoutMs: RECOVERY_LIMIT_MS })
      assert.deepEqual(message.payload, { value: 7 })
      const { restart_count: restarts } = await nodeRed.rowWhen(title, ({ link }) => link === 'connected')
      assert.equal(restarts, 0)
    })

    function says(text: string | null | undefined): boolean {
      return reason.test(text ?? '')
    }
    function isToldBy({ last_error }: ProcessRow): boolean {
      return isAnswered || says(last_error)
    }
  }

  for (const turnAway of TURN_AWAY) {
    it(`keeps the place of a reader that was killed, and meets the next one with ${turnAway}, is read again by itself`, () =>
      returned.get(turnAway) ?? assert.fail(turnAway))
  }

  async function comesBackAfterKill(turnAway: TurnAway): Promise<void> {
    const name = placeOf(turnAway)
    await nodeRed.recordedWhen(name, isGood, { from: 0, timeoutMs: RECOVERY_LIMIT_MS })
    const { pid } = await nodeRed.row(name)
    if (pid === null) return assert.fail('it has no process')
    process.kill(pid, 'SIGKILL')
    const from = nodeRed.recorded(name).length
    const isWaiting = (row: ProcessRow): boolean =>
      row.pid !== null && row.pid !== pid && places[turnAway].test(row.last_error ?? '')
    const waiting = await nodeRed.rowWhen(name, isWaiting)
    assert.equal(waiting.tags.good, 0)
    const message = await nodeRed.recordedWhen(name, isGood, { from, timeoutMs: RECOVERY_LIMIT_MS })
    assert.deepEqual(message.payload, { value: 7 })
    const { restart_count, pid: last } = await nodeRed.rowWhen(name, ({ link }) => link === 'connected')
    assert.deepEqual([restart_count, last], [1, waiting.pid])
  }
})
