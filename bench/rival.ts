// The usual way to read Modbus in Node-RED, node-red-contrib-modbus, beside this package: the same devices, registers and
// intervals, in one Node-RED after the other.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DeviceProcess } from '../simulators/modbus/device-process'
import { linkPackage, PACKAGE_NAME } from '../test/support/node-red'
import { BenchNodeRed, type Load, loadFlow } from './flow/bench-node-red'
import { mainThreadMs, processMs } from './measure/process-cost'

/** One value a run. */
export type RivalCost = {
  name: string
  valuesPerSecond: number[]
  /** CPU time of Node-RED's main thread, ms a second. */
  mainThread: number[]
  /** CPU time of Node-RED and of all collectors, ms a second. */
  everything: number[]
  /** How late timers are in Node-RED, ms. */
  delayP99: number[]
}

export type RivalPlan = { values: number; intervalMs: number; runs: number; runMs: number; settleMs: number }

export const RIVAL = { name: 'node-red-contrib-modbus', version: '5.60.2' }
const READERS = 50
const NPM_MS = 120_000

/** undefined where the rival could not be installed: there is nothing to compare with then. */
export async function measureRival(
  plan: RivalPlan,
  device: DeviceProcess,
  tell: (text: string) => void,
): Promise<RivalCost[] | undefined> {
  const load: Load = { readers: READERS, values: plan.values, intervalMs: plan.intervalMs }
  let bench: BenchNodeRed
  try {
    bench = await BenchNodeRed.start(loadFlow('none', load, device.port), installRival)
  } catch (error) {
    tell(`${RIVAL.name} could not be installed: ${error}`)
    return undefined
  }
  try {
    const costs = [costOf(`${RIVAL.name} ${RIVAL.version}`), costOf('**collectors**')]
    // In turns: whatever else changes on the machine, it changes for both.
    for (let run = 0; run < plan.runs; run++) {
      for (const [index, cost] of costs.entries()) {
        await bench.nodeRed.deploy(loadFlow(index === 0 ? 'rival' : 'collectors', load, device.port))
        await delay(2 * plan.settleMs)
        await measureRun(bench, plan, cost)
      }
    }
    return costs
  } finally {
    await bench.dispose()
  }
}

function costOf(name: string): RivalCost {
  return { name, valuesPerSecond: [], mainThread: [], everything: [], delayP99: [] }
}

async function measureRun(bench: BenchNodeRed, { runMs }: RivalPlan, cost: RivalCost): Promise<void> {
  const { pid } = bench.nodeRed
  const all = [pid, ...(await bench.nodeRed.rows()).flatMap((row) => row.pid ?? [])]
  const now = () => ({
    at: performance.now(),
    mainThread: mainThreadMs(pid),
    everything: all.reduce((sum, each) => sum + processMs(each), 0),
  })
  await bench.meter()
  const before = now()
  await delay(runMs)
  const after = now()
  const { values, delayMs } = await bench.meter()
  if (values === 0) throw new Error(`${cost.name} brings nothing: ${bench.nodeRed.output}`)
  const seconds = (after.at - before.at) / 1000
  cost.valuesPerSecond.push(values / seconds)
  cost.mainThread.push((after.mainThread - before.mainThread) / seconds)
  cost.everything.push((after.everything - before.everything) / seconds)
  cost.delayP99.push(delayMs.p99)
}

/** Its own copy of modbus-serial comes from a URL that not everybody reaches; the one from the registry stands in for it. */
function installRival(userDir: string): void {
  mkdirSync(userDir, { recursive: true })
  const description = {
    name: 'bench',
    private: true,
    dependencies: { [RIVAL.name]: RIVAL.version },
    overrides: { '@openp4nr/modbus-serial': 'npm:modbus-serial@8' },
  }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(description))
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')))
  const args = ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', args, { cwd: userDir, env, timeout: NPM_MS, stdio: 'pipe' })
  linkPackage(userDir)
  const dependencies = { ...description.dependencies, [PACKAGE_NAME]: '*' }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ ...description, dependencies }))
}
