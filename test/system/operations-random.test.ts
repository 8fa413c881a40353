// A thousand commands and deploys at random, upon each other: whatever their order, there is at most one process for each
// reader, the last wish wins, and nothing is left behind.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { FACTS_ROUTE, type Facts, factsOf } from '../support/facts'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { type Answer, Pipeline } from '../support/pipeline'
import { childrenOf, collectorsOf } from '../support/processes'
import { randomNumbers } from '../support/random'

const NAMES = ['boiler', 'oven', 'press'] as const
type Name = (typeof NAMES)[number]
const OPERATIONS = 1000
/** Mean time from one to the next. */
const PAUSE_MS = 35
/** Caches and histories may fill; 1000 kept processes would take more. */
const HEAP_GROWTH_MB = 10
const SEED = Number(process.env.SEED ?? 20_260)

describe('a thousand operations at random', function () {
  this.timeout(240_000)
  let device: ModbusDevice
  let nodeRed: NodeRed
  let pipeline: Pipeline
  let watch: TwinWatch

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    nodeRed = await NodeRed.start({ flows: flow({}), settings: FACTS_ROUTE })
    pipeline = await Pipeline.connect(nodeRed.url)
    watch = new TwinWatch(nodeRed)
  })
  after(async () => {
    watch.stop()
    pipeline.close()
    await nodeRed.dispose()
    await device.close()
  })

  /** The readers with these intervals; undefined = the reader is not in the flow. */
  function flow(intervals: Partial<Record<Name, number | undefined>>): FlowNode[] {
    const readers = NAMES.map((name) => {
      const interval = name in intervals ? intervals[name] : 100
      return interval === undefined ? [] : [readerNode(name, device.port, { interval })]
    })
    return flowOf(supervisorNode({ stopTimeout: 2 }), ...readers.flat())
  }

  it(`run no reader twice, end as was wished last, and leave nothing behind (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED)
    const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
    const wishes = new Map<Name, 'running' | 'stopped'>(NAMES.map((name) => [name, 'running']))
    const intervals: Partial<Record<Name, number | undefined>> = {}
    const outcomes: Promise<void>[] = []
    let deploys = Promise.resolve()

    /** A wish counts if it was not refused because there was no such reader at that moment. */
    function command(word: string, wish: 'running' | 'stopped', ...names: Name[]): void {
      outcomes.push(
        pipeline.post(`/collectors/processes/${word}`).then((answer) => {
          for (const name of names) if (concerns(answer, name)) wishes.set(name, wish)
        }),
      )
    }

    function operate(): void {
      const name = pick(NAMES)
      const chance = random()
      if (chance < 0.25) command(`${name}/start`, 'running', name)
      else if (chance < 0.5) command(`${name}/stop`, 'stopped', name)
      else if (chance < 0.75) command(`${name}/restart`, 'running', name)
      else if (chance < 0.8) command('start-all', 'running', ...NAMES)
      else if (chance < 0.85) command('stop-all', 'stopped', ...NAMES)
      else {
        // Unchanged, changed, or without one of the readers.
        if (chance > 0.9) intervals[name] = chance > 0.97 ? undefined : 50 + Math.round(random() * 100)
        const flows = flow(intervals)
        const type = pick(['full', 'nodes', 'flows'] as const)
        deploys = deploys.then(() => nodeRed.deploy(flows, type))
      }
    }

    async function settle(): Promise<void> {
      await deploys
      await Promise.all(outcomes.splice(0))
      await nodeRed.deploy(flow({}))
      for (const [name, wish] of wishes) await nodeRed.rowWhen(name, ({ status }) => status === wish)
    }

    async function measure(): Promise<Facts> {
      await nodeRed.command('start-all')
      for (const name of NAMES)
        await nodeRed.rowWhen(name, ({ status, tags }) => status === 'running' && tags.good === 1)
      await delay(1_000)
      return factsOf(nodeRed)
    }

    // The first ones fill caches.
    for (let count = 0; count < OPERATIONS / 10; count++) {
      operate()
      await delay(random() * 2 * PAUSE_MS)
    }
    await settle()
    for (const name of NAMES) wishes.set(name, 'running')
    const before = await measure()

    for (let count = OPERATIONS / 10; count < OPERATIONS; count++) {
      operate()
      await delay(random() * 2 * PAUSE_MS)
    }
    await settle()
    const running = [...wishes.values()].filter((wish) => wish === 'running').length
    await delay(500)
    assert.equal(collectorsOf(nodeRed.pid).length, running)
    assert.deepEqual(
      childrenOf(nodeRed.pid).filter(({ state }) => state === 'Z'),
      [],
    )

    const after = await measure()
    assert.deepEqual(watch.twins, [])
    assert.ok(watch.seen > 100, `only ${watch.seen} processes were started`)
    assert.deepEqual({ ...after, heapMb: 0 }, { ...before, heapMb: 0 })
    assert.ok(
      after.heapMb < before.heapMb + HEAP_GROWTH_MB,
      `the heap grew from ${before.heapMb} to ${after.heapMb} MB`,
    )
  })
})

/** Was the reader there to be asked? */
function concerns({ body }: Answer, name: Name): boolean {
  const results = asRecord(body)?.results
  assert.ok(Array.isArray(results), JSON.stringify(body))
  return results.some((result) => result.name === name && result.code !== 'not-found' && !/removed/.test(result.error))
}

/** Looks every few milliseconds for two living processes of one reader. */
class TwinWatch {
  readonly twins: string[] = []
  readonly #runFolder: string
  readonly #readerOf = new Map<number, string>()
  readonly #timer: NodeJS.Timeout

  constructor({ pid, userDir }: NodeRed) {
    this.#runFolder = join(userDir, 'collectors', SUPERVISOR, 'run')
    this.#timer = setInterval(() => this.#look(pid), 4).unref()
  }

  /** Processes so far. */
  get seen(): number {
    return this.#readerOf.size
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(nodeRedPid: number): void {
    for (const file of readdirSync(this.#runFolder)) {
      try {
        this.#readerOf.set(JSON.parse(readFileSync(join(this.#runFolder, file), 'utf8')).pid, file)
      } catch {
        // Removed at this very moment.
      }
    }
    const living = collectorsOf(nodeRedPid)
    if (living.length > NAMES.length) this.twins.push(`${living.length} processes: ${living}`)
    const readers = living.map((pid) => this.#readerOf.get(pid)).filter((reader) => reader !== undefined)
    if (new Set(readers).size < readers.length) this.twins.push(`${readers} are ${living}`)
  }
}
