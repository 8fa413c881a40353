// How soon monitors hear of the end of a process: from the kill to the message, with many readers and many monitors.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessEvent } from '../lib/contract/process-event'
import type { DeviceProcess } from '../simulators/modbus/device-process'
import { Monitor } from '../test/support/monitor'
import { until } from '../test/support/until'
import { arrivalsFlow, BenchNodeRed, modbusReader } from './flow/bench-node-red'
import { quantile, summary } from './measure/statistic'
import { markdownTable } from './measure/table'

/** ms, one value a monitor and kill. */
export type NewsTimes = {
  readers: number
  monitors: number
  /** From the signal to the event. */
  event: number[]
  /** From the signal to the row that is no longer that of the process killed. */
  row: number[]
  /** The yardstick: from the signal to `exit` at the parent of a bare `node`. */
  bareExit: number[]
  /** Main thread of Node-RED that is at work, percent, without monitors and with them. */
  idlePercent: number
  busyPercent: number
}

export type NewsPlan = { newsReaders: number; newsMonitors: number; newsKills: number; runMs: number; settleMs: number }

const VALUES = 10
const INTERVAL_MS = 1000
const START_LIMIT_MS = 180_000
const AIM_MS = 20
/** Between two kills: not in step with anything that Node-RED does by the clock. */
const PAUSE_MS = 137

export async function measureNews(plan: NewsPlan, device: DeviceProcess): Promise<NewsTimes> {
  const names = Array.from({ length: plan.newsReaders }, (_, index) => `reader ${index}`)
  const nodes = names.map((name) => modbusReader({ name, intervalMs: INTERVAL_MS, values: VALUES }, device.port))
  const bench = await BenchNodeRed.start(arrivalsFlow(nodes))
  const monitors: Monitor[] = []
  const times: NewsTimes = {
    readers: plan.newsReaders,
    monitors: plan.newsMonitors,
    event: [],
    row: [],
    bareExit: [],
    idlePercent: 0,
    busyPercent: 0,
  }
  try {
    for (const name of names) await bench.nodeRed.rowWhen(name, ({ link }) => link === 'connected', START_LIMIT_MS)
    await delay(plan.settleMs)
    times.idlePercent = await activePercent(bench, plan.runMs)
    const url = `${bench.nodeRed.url}/collectors/ws/processes`
    while (monitors.length < plan.newsMonitors) monitors.push(await Monitor.open(url))
    await Promise.all(monitors.map((monitor) => monitor.when('process_status')))
    times.busyPercent = await activePercent(bench, plan.runMs)
    for (const name of names.slice(0, plan.newsKills)) {
      await killAndHear(bench, monitors, name, times)
      times.bareExit.push(await bareExitMs())
      await delay(PAUSE_MS)
    }
    return times
  } finally {
    for (const monitor of monitors) monitor.socket.terminate()
    await bench.dispose()
  }
}

async function killAndHear(bench: BenchNodeRed, monitors: Monitor[], name: string, times: NewsTimes): Promise<void> {
  const { pid } = await bench.nodeRed.row(name)
  if (pid === null) throw new Error(`the reader ${name} does not run`)
  const heard = monitors.map((monitor) => hearing(monitor, name, pid))
  const killedAt = performance.now()
  process.kill(pid, 'SIGKILL')
  try {
    await until(() => heard.every(({ at }) => at.event !== undefined && at.row !== undefined), 20_000)
  } finally {
    for (const { stop } of heard) stop()
  }
  for (const { at } of heard) {
    times.event.push((at.event ?? 0) - killedAt)
    times.row.push((at.row ?? 0) - killedAt)
  }
}

function isEnd(event: ProcessEvent): boolean {
  return event.kind === 'status' && event.exit !== undefined
}

/** When the monitor first hears that the process is gone. */
function hearing(monitor: Monitor, name: string, pid: number) {
  const at: { event?: number; row?: number } = {}
  const listener = (): void => {
    const message = monitor.messages.at(-1)
    if (message?.type === 'process_event' && message.data.name === name && isEnd(message.data)) {
      at.event ??= performance.now()
    }
    if (message?.type === 'process_status_update' && message.data.some((row) => row.name === name && row.pid !== pid)) {
      at.row ??= performance.now()
    }
  }
  // After the monitor's own listener, which keeps the message.
  monitor.socket.on('message', listener)
  return { at, stop: () => void monitor.socket.off('message', listener) }
}

async function activePercent(bench: BenchNodeRed, runMs: number): Promise<number> {
  const before = await eventLoop(bench)
  await delay(runMs)
  const after = await eventLoop(bench)
  const active = after.active - before.active
  return (100 * active) / (active + after.idle - before.idle)
}

async function eventLoop({ nodeRed }: BenchNodeRed): Promise<{ active: number; idle: number }> {
  const text = String((await nodeRed.request('GET', '/collectors/metrics')).body)
  const of = (state: string): number =>
    Number(new RegExp(`^collectors_event_loop_seconds_total\\{state="${state}"\\} (.*)$`, 'm').exec(text)?.[1])
  return { active: of('active'), idle: of('idle') }
}

async function bareExitMs(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  const killedAt = performance.now()
  child.kill('SIGKILL')
  await ended
  return performance.now() - killedAt
}

export function newsSection({ readers, monitors, event, row, bareExit, idlePercent, busyPercent }: NewsTimes): string {
  const line = (name: string, values: readonly number[], aim: string): string[] => [
    name,
    summary(values, 1),
    quantile(values, 0.99).toFixed(1),
    aim,
  ]
  const rows = [
    line('kill -9 → the event at a monitor', event, String(AIM_MS)),
    line('kill -9 → the changed row at a monitor', row, ''),
    line('yardstick: kill -9 of a bare `node` → `exit` at its parent', bareExit, ''),
  ]
  const text = `${readers} readers, ${monitors} monitors on WebSockets; one reader after the other is killed. Events go out at once, rows at most
every 100 ms. Node-RED's main thread is at work ${idlePercent.toFixed(1)} % of the time without monitors, ${busyPercent.toFixed(1)} % with them.`
  return `## News of a kill\n\n${text}\n\n${markdownTable(['', 'ms', 'p99', 'aim of p99'], rows)}`
}
