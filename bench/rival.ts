// What Node-RED users have so far, beside this package: the same devices, values and intervals, in turns in the same Node-RED.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type FlowNode, linkPackage, PACKAGE_NAME } from '../test/support/node-red'
import { BenchNodeRed } from './flow/bench-node-red'
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

export type Contest = {
  rival: { name: string; version: string; overrides?: Record<string, string> }
  /** A flow that does nothing. */
  idle: FlowNode[]
  contestants: { name: string; flow: FlowNode[] }[]
}

const NPM_MS = 300_000

/** undefined where the rival could not be installed: there is nothing to compare with then. */
export async function measureContest(
  plan: Omit<RivalPlan, 'values' | 'intervalMs'>,
  { rival, idle, contestants }: Contest,
  tell: (text: string) => void,
): Promise<RivalCost[] | undefined> {
  let bench: BenchNodeRed
  try {
    bench = await BenchNodeRed.start(idle, (userDir) => installRival(userDir, rival))
  } catch (error) {
    tell(`${rival.name} could not be installed: ${error}`)
    return undefined
  }
  try {
    const costs = contestants.map(({ name }) => costOf(name))
    // In turns: whatever else changes on the machine, it changes for all.
    for (let run = 0; run < plan.runs; run++) {
      for (const [index, { flow }] of contestants.entries()) {
        await bench.nodeRed.deploy(flow)
        await delay(2 * plan.settleMs)
        await measureRun(bench, plan.runMs, costs[index] ?? costOf(''))
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

async function measureRun(bench: BenchNodeRed, runMs: number, cost: RivalCost): Promise<void> {
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

function installRival(userDir: string, { name, version, overrides }: Contest['rival']): void {
  mkdirSync(userDir, { recursive: true })
  const description = { name: 'bench', private: true, dependencies: { [name]: version }, overrides }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(description))
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.toLowerCase().startsWith('npm_')))
  const args = ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', args, { cwd: userDir, env, timeout: NPM_MS, stdio: 'pipe' })
  linkPackage(userDir)
  const dependencies = { ...description.dependencies, [PACKAGE_NAME]: '*' }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ ...description, dependencies }))
}
