// What it costs to plan the requests for a tag list, beside sorting the same list, which any planner has to do.

import { planRequests } from '../lib/polling/requests'
import { modbusFields, parseModbusConfig } from '../nodes/modbus-in/fields'
import { itemsOf } from '../nodes/modbus-in/items'
import { blockLimits } from '../nodes/modbus-in/requests'
import { randomNumbers } from '../test/support/random'

/** One value a run, ms. */
export type PlanningCost = { registers: number; requests: number; plan: number[]; sort: number[] }

const SIZES = [1000, 10_000]
const ADDRESSES = 60_000
/** So that the compiler has seen it, as in a process that has been planning before. */
const WARM_RUNS = 20
const SEED = 7

export function measurePlanning(runs: number): PlanningCost[] {
  return SIZES.map((registers) => {
    const random = randomNumbers(SEED)
    const addresses = new Set<number>()
    while (addresses.size < registers) addresses.add(Math.floor(random() * ADDRESSES))
    const tags = [...addresses].map((address) => ({ name: `register ${address}`, address: `hr${address}` }))
    const parsed = parseModbusConfig({ name: 'bench', supervisor: 's', host: 'h', tags })
    if (!parsed.ok) throw new Error('the tag list is not accepted')
    const { maxRegisters, maxGap, grouping } = modbusFields
    const limits = blockLimits({
      maxRegisters: maxRegisters.default,
      maxGap: maxGap.default,
      grouping: grouping.default,
    })
    const items = itemsOf(parsed.value)
    const cost: PlanningCost = { registers, requests: planRequests(items, limits).length, plan: [], sort: [] }
    for (let run = 0; run < WARM_RUNS + runs; run++) {
      const plan = timed(() => planRequests(items, limits))
      const sort = timed(() => [...items].sort((a, b) => a.address - b.address))
      if (run < WARM_RUNS) continue
      cost.plan.push(plan)
      cost.sort.push(sort)
    }
    return cost
  })
}

function timed(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}
