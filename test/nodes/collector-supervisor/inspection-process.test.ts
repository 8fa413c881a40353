import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { Fault } from '../../../lib/contract/fault'
import {
  INSPECTION_TIMES,
  InspectionProcess,
  type InspectionSpec,
} from '../../../nodes/collector-supervisor/inspection-process'
import { Inspections } from '../../../nodes/collector-supervisor/inspections'
import { SpawnGate } from '../../../nodes/collector-supervisor/spawn-gate'
import { isGone } from '../../support/processes'
import { until } from '../../support/until'
import type { Script } from './fake-child'

const QUESTION = { type: 'read-now' } as const
const ANSWERS = { answers: { tags: 1 } }

class Place {
  readonly id = 'plant'
  readonly gate = new SpawnGate()
  readonly ready = () => Promise.resolve()
  problem: string | undefined
  readonly obstacle = () => this.problem
  readonly notes: string[] = []
  readonly pids: number[] = []
  command = process.execPath
  program({ script }: InspectionSpec) {
    return { command: this.command, args: [script], cwd: '/', env: { PATH: process.env.PATH ?? '' } }
  }
  folder(): string | undefined {
    return undefined
  }
  started(key: string, pid: number): void {
    this.notes.push(`started ${key}`)
    this.pids.push(pid)
  }
  ended(key: string): void {
    this.notes.push(`ended ${key}`)
  }
  readonly warnings: string[] = []
  warn(text: string): void {
    this.warnings.push(text)
  }
}

function specOf(script: Script): InspectionSpec {
  return { script: join(__dirname, 'fake-child.js'), config: script }
}

describe('the process of an inspection', () => {
  let place: Place
  let all: InspectionProcess[]
  beforeEach(() => {
    place = new Place()
    all = []
  })
  afterEach(async () => {
    for (const one of all) one.killNow()
    await Promise.all(all.map((one) => one.close()))
    assert.ok(place.pids.every(isGone))
  })

  function start(script: Script, times: Partial<typeof INSPECTION_TIMES> = {}): InspectionProcess {
    const one = new InspectionProcess(specOf(script), place, 'one', Promise.resolve(), {
      ...INSPECTION_TIMES,
      ...times,
    })
    all.push(one)
    return one
  }

  async function refused(one: InspectionProcess): Promise<Fault> {
    try {
      await one.ask(QUESTION)
    } catch (thrown) {
      assert.ok(thrown instanceof Fault)
      return thrown
    }
    throw new Error('it was answered')
  }

  it('answers, and is gone after it was closed, with its file', async () => {
    const one = start(ANSWERS)
    assert.deepEqual(await one.ask(QUESTION), { tags: 1 })
    await one.close()
    await one.close()
    assert.ok(place.pids.every(isGone))
    assert.deepEqual(place.notes, ['started one', 'ended one'])
    assert.match((await refused(one)).message, /has ended/)
  })

  it('passes on what an operator has to know, and not for ever', async () => {
    const says = [
      ...Array.from({ length: 100 }, (_, index) => ({ type: 'log', level: 'warn', text: `trusted ${index}` })),
      { type: 'log', level: 'info', text: 'told to nobody' },
      { type: 'ready', version: 1 },
    ]
    await start({ says, ...ANSWERS }).ask(QUESTION)
    assert.deepEqual(
      place.warnings,
      Array.from({ length: 20 }, (_, index) => `trusted ${index}`),
    )
  })

  it('ends by itself when nobody asks any more', async () => {
    const one = start(ANSWERS, { idleMs: 50 })
    await one.ask(QUESTION)
    await one.gone
    assert.ok(one.over)
  })

  it('ends by itself when nobody asks at all', async () => {
    await start(ANSWERS, { idleMs: 50 }).gone
  })

  it('does not end while somebody waits for an answer', async () => {
    const one = start({}, { idleMs: 20, answerMs: 400 })
    assert.match((await refused(one)).message, /did not answer within 0.4 s and was ended/)
  })

  it('says which settings cannot work', async () => {
    const fault = { type: 'fault', kind: 'config', code: 'configuration', message: 'host: must not be empty' }
    const { kind, code, message } = await refused(start({ says: [fault], exits: 78 }))
    assert.deepEqual([kind, code, message], ['config', 'configuration', 'host: must not be empty'])
  })

  it('says that it crashed, and with which words', async () => {
    const fault = { type: 'fault', kind: 'bug', code: 'unexpected', message: 'x is not a function' }
    const { kind, message } = await refused(start({ says: [fault], exits: 70 }))
    assert.equal(kind, 'link')
    assert.equal(message, 'the process that asks the device exited with code 70: x is not a function')
  })

  it('says that somebody killed it', async () => {
    const one = start({})
    const asked = refused(one)
    await until(() => one.pid !== undefined)
    process.kill(one.pid ?? 0, 'SIGKILL')
    assert.equal((await asked).message, 'the process that asks the device was ended by SIGKILL')
  })

  it('is killed when it never gets ready', async () => {
    const one = start({ says: [], deaf: true }, { startMs: 300 })
    assert.match((await refused(one)).message, /was not ready within 0.3 s/)
    await one.gone
  })

  it('is killed when it does not want to stop', async () => {
    const one = start({ deaf: true, ...ANSWERS }, { stopMs: 100 })
    await one.ask(QUESTION)
    await one.close()
  })

  it('is killed when it closes its channel and lives on', async () => {
    const one = start({ closes: true, deaf: true })
    assert.match((await refused(one)).message, /closed its control channel|not running/)
    await one.gone
  })

  it('says that it could not be started', async () => {
    place.command = '/nowhere/node'
    assert.match(
      (await refused(start({}))).message,
      /could not be started: Node's program is missing at \/nowhere\/node/,
    )
  })

  it('is never started when it was closed before its turn', async () => {
    const before = new EventEmitter()
    const one = new InspectionProcess(specOf(ANSWERS), place, 'one', once(before, 'gone'))
    const asked = refused(one)
    const closed = one.close()
    before.emit('gone')
    await closed
    assert.match((await asked).message, /has ended/)
    assert.deepEqual(place.notes, [])
  })
})

describe('the inspections', () => {
  let place: Place
  let inspections: Inspections
  beforeEach(() => {
    place = new Place()
    inspections = new Inspections()
  })
  afterEach(async () => {
    inspections.killNow()
    await inspections.closeAll(place)
    assert.ok(place.pids.every(isGone))
  })

  it('keep the process of a client for the same settings, and replace it for others', async () => {
    const first = inspections.open('anna', specOf(ANSWERS), place)
    await first.ask(QUESTION)
    assert.equal(inspections.open('anna', specOf(ANSWERS), place), first)
    const second = inspections.open('anna', specOf({ answers: 2 }), place)
    assert.equal(await second.ask(QUESTION), 2)
    // A device may take one connection at a time.
    assert.deepEqual(place.notes, ['started inspection 1', 'ended inspection 1', 'started inspection 2'])
  })

  it('give each client a process of its own', async () => {
    const first = inspections.open('anna', specOf(ANSWERS), place)
    assert.notEqual(inspections.open('bert', specOf(ANSWERS), place), first)
  })

  it('start another one for a client whose process has crashed', async () => {
    const first = inspections.open('anna', specOf(ANSWERS), place)
    await first.ask(QUESTION)
    process.kill(first.pid ?? 0, 'SIGKILL')
    await first.gone
    assert.deepEqual(await inspections.open('anna', specOf(ANSWERS), place).ask(QUESTION), { tags: 1 })
  })

  it('start another one for a client whose process is about to end', async () => {
    const first = inspections.open('anna', specOf(ANSWERS), place)
    await first.ask(QUESTION)
    void first.close()
    assert.deepEqual(await inspections.open('anna', specOf(ANSWERS), place).ask(QUESTION), { tags: 1 })
  })

  it('are four at most: one that nobody waits for makes room, else the next is refused', async () => {
    const clients = ['anna', 'bert', 'carl', 'dora']
    const [first, ...others] = clients.map((client) => inspections.open(client, specOf({}), place))
    const asked = others.map((one) => one.ask(QUESTION).catch((fault: Fault) => fault.code))
    const fifth = inspections.open('emil', specOf({}), place)
    await first?.gone
    const waiting = fifth.ask(QUESTION).catch((fault: Fault) => fault.code)
    assert.throws(() => inspections.open('fritz', specOf({}), place), /4 devices are being asked/)
    await inspections.closeAll(place)
    assert.deepEqual(await Promise.all([...asked, waiting]), new Array(4).fill('stopped'))
  })

  it('end with their supervisor', async () => {
    const one = inspections.open('anna', specOf(ANSWERS), place)
    const other = new Place()
    const elsewhere = inspections.open('bert', specOf(ANSWERS), other)
    await Promise.all([one.ask(QUESTION), elsewhere.ask(QUESTION)])
    await inspections.closeAll(place)
    assert.ok(isGone(place.pids[0] ?? 0))
    assert.deepEqual(await elsewhere.ask(QUESTION), { tags: 1 })
    await inspections.closeAll(other)
  })
})
