// Deploys at random, upon each other: readers come and go, are renamed, swapped, moved, disabled and changed. Whatever
// happened on the way, in the end each reader of the flow runs once, as the flow has it, and nothing else does.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { collectorsOf } from '../support/processes'
import { randomNumbers } from '../support/random'
import { until } from '../support/until'

const IDS = ['a', 'b', 'c', 'd'] as const
const NAMES = ['boiler', 'oven', 'press', 'pump'] as const
/** id -> name; a name that is an id would be a reference to Node-RED. */
const SUPERVISOR_NAMES: Record<string, string> = { [SUPERVISOR]: 'plant', second: 'hall' }
const SUPERVISORS = Object.keys(SUPERVISOR_NAMES)
const ROUNDS = 12
const DEPLOYS_A_ROUND = 4
const SEED = Number(process.env.SEED ?? 7)

type Wanted = { name: string; supervisor: string; interval: number; here: boolean; enabled: boolean }

describe('deploys at random', function () {
  this.timeout(240_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    nodeRed = await NodeRed.start({ flows: flow([], new Set()) })
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  function flow(wanted: readonly (Wanted & { id: string })[], disabled: ReadonlySet<string>): FlowNode[] {
    const readers = wanted
      .filter(({ here }) => here)
      .map(({ id, name, supervisor, interval, enabled }) =>
        readerNode(name, device.port, { id, supervisor, interval, ...(!enabled && { d: true }) }),
      )
    const supervisors = SUPERVISORS.map((id) =>
      supervisorNode({ id, name: SUPERVISOR_NAMES[id], stopTimeout: 2, ...(disabled.has(id) && { d: true }) }),
    )
    return flowOf(...supervisors, ...readers)
  }

  async function rowsInShort(): Promise<string[]> {
    const rows = await nodeRed.rows()
    return rows.map(({ name, supervisor, status, link }) => `${name} ${supervisor} ${status} ${link}`).sort()
  }

  /** Each row as expected, and as many processes, within 15 s. */
  async function settles(expected: string[]): Promise<boolean> {
    const endsAt = performance.now() + 15_000
    while (performance.now() < endsAt) {
      const isSo = (await rowsInShort()).join() === expected.join()
      if (isSo && collectorsOf(nodeRed.pid).length === expected.length) return true
      await delay(20)
    }
    return false
  }

  async function state(): Promise<string> {
    const rows = (await nodeRed.rows()).map(({ name, status, last_error }) => `${name} ${status} ${last_error}`)
    return `${rows.join(', ')} and ${collectorsOf(nodeRed.pid).length} processes`
  }

  it(`leave each reader running once, as the flow has it (seed ${SEED})`, async () => {
    const random = randomNumbers(SEED)
    const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T
    const history: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      let wanted: (Wanted & { id: string })[] = []
      let disabled = new Set<string>()
      for (let count = 0; count < DEPLOYS_A_ROUND; count++) {
        const isLast = count === DEPLOYS_A_ROUND - 1
        // on the way two readers may have one name; in the end each has its own
        const names = [...NAMES].sort(() => random() - 0.5)
        wanted = IDS.map((id, index) => ({
          id,
          name: isLast ? (names[index] ?? '') : pick(NAMES),
          supervisor: pick(SUPERVISORS),
          interval: pick([50, 100]),
          here: random() < 0.8,
          enabled: random() < 0.9,
        }))
        disabled = new Set(random() < 0.1 ? [pick(SUPERVISORS)] : [])
        const type = pick(['full', 'flows', 'nodes'] as const)
        history.push(`${type} ${JSON.stringify(wanted)} ${[...disabled]}`)
        await nodeRed.deploy(flow(wanted, disabled), type)
        if (random() < 0.5) await delay(random() * 300)
      }
      const running = wanted.filter(({ here, enabled, supervisor }) => here && enabled && !disabled.has(supervisor))
      const expected = running
        .map(({ name, supervisor }) => `${name} ${SUPERVISOR_NAMES[supervisor]} running connected`)
        .sort()
      const settled = await settles(expected)
      assert.ok(
        settled,
        `round ${round}: ${await state()} instead of ${expected.join(', ')} after\n${history.slice(-DEPLOYS_A_ROUND - 1).join('\n')}\n${nodeRed.output.slice(-3000)}`,
      )
      for (const { name } of running) {
        const before = nodeRed.recorded(name).length
        await until(() => nodeRed.recorded(name).length > before, 10_000)
      }
    }
  })
})
