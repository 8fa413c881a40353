// One device of the field and the real reader of it for some tens of cycles, and what is wrong with what was read.

import { setTimeout as delay } from 'node:timers/promises'
import { startFieldDevice } from './field-device'
import { FieldMemory, type FieldPoint } from './field-memory'
import { describe, type Scenario, scenarioOf } from './field-scenario'
import type { LoopLag } from './loop-lag'
import { randomNumbers } from './random'
import { type CycleSeen, RunningLoop } from './read-loop'

/** Of cycles after the time to settle. */
const MEASURED_CYCLES = 24
const CYCLES_MAX = 72
/** One connection in 10 s, of a reader with an interval of 1 s. */
const CONNECTION_INTERVALS = 10
const LOOK_EVERY_MS = 50
const GOOD_SHARE = 0.95

export type Line = { reader: string; device: string }

/** What is wrong, in words; nothing if all is well. */
export async function runSeed(seed: number, lag: LoopLag, line: Line | undefined): Promise<string[]> {
  const chance = randomNumbers(seed)
  const scenario = scenarioOf(seed, chance)
  const memory = new FieldMemory(seed, scenario.points, () => performance.now())
  const device = await startFieldDevice({ ...scenario, memory, chance, serialPort: line?.device })
  try {
    const settledMs = performance.now() + scenario.expected.settleMs
    const config = scenario.config(line ? { serialPort: line.reader } : { port: device.port })
    const loop = new RunningLoop(config, { chance })
    try {
      while (performance.now() < settledMs) await delay(LOOK_EVERY_MS)
      const [from, connections] = [loop.cycles.length, device.connections]
      const measured = await measure(loop, from, lag)

      const complaints = [
        ...wrongValues(scenario, memory, loop.cycles),
        ...badTags(scenario, measured),
        ...tooManyConnections(
          scenario,
          device.connections - connections,
          (performance.now() - settledMs) / config.interval,
        ),
      ]
      return complaints.length === 0 ? [] : [describe(scenario), ...complaints, ...lastWords(loop)]
    } finally {
      await loop.stop()
    }
  } finally {
    await device.close()
  }
}

/** Cycles that the event loop of this process did not disturb by standing still, as far as there are enough. */
async function measure(loop: RunningLoop, from: number, lag: LoopLag): Promise<CycleSeen[]> {
  for (;;) {
    const cycles = loop.cycles.slice(from).filter(({ startMs, endMs }) => !lag.disturbed(startMs, endMs))
    if (cycles.length >= MEASURED_CYCLES || loop.cycles.length - from >= CYCLES_MAX) return cycles
    await delay(LOOK_EVERY_MS)
  }
}

/** No value that the tag had not at the time of the reading, and no null without a reason. */
function wrongValues({ points }: Scenario, memory: FieldMemory, cycles: readonly CycleSeen[]): string[] {
  const complaints: string[] = []
  for (const [at, { startMs, endMs, values, quality }] of cycles.entries()) {
    for (const point of points) {
      const value = values[point.name] ?? null
      if (value === null && !quality[point.name]) complaints.push(`cycle ${at}: ${point.name} is null without a reason`)
      if (value === null || memory.had(point, value, startMs, endMs)) continue
      const ageMs = memory.ageOf(point, value, endMs)
      const from = ageMs === undefined ? 'a value that it never had' : `what it had ${Math.round(ageMs)} ms before`
      complaints.push(`cycle ${at}: ${point.name} is said to be ${String(value)}, ${from}`)
    }
  }
  return complaints.slice(0, 5)
}

/** It is one in whatever weather: a value that the device did not have, or none without a reason. */
export function isWrongValue(complaint: string): boolean {
  return / is said to be | is null without a reason/.test(complaint)
}

function badTags({ points, expected }: Scenario, cycles: readonly CycleSeen[]): string[] {
  const measured = { cycles: cycles.length, ms: durationOf(cycles) }
  const lacks = (point: FieldPoint): string[] => {
    if (expected.isLost(point)) return []
    const bad = cycles.filter(({ values }) => (values[point.name] ?? null) === null)
    const allowed = expected.badCycles(point, measured)
    if (cycles.length - bad.length >= Math.floor(GOOD_SHARE * (cycles.length - allowed))) return []
    const reasons = new Set(bad.map(({ quality }) => quality[point.name]))
    return [
      `${point.name} is bad in ${bad.length} of ${cycles.length} cycles (${allowed} allowed): ${[...reasons].join(' | ')}`,
    ]
  }
  return points.flatMap(lacks).slice(0, 6)
}

function tooManyConnections({ expected, transport }: Scenario, connections: number, intervals: number): string[] {
  if (expected.endsConnections || !transport.endsWith('tcp')) return []
  const allowed = 1 + Math.floor(intervals / CONNECTION_INTERVALS)
  return connections > allowed
    ? [`${connections} connections in ${Math.round(intervals)} intervals, which the device did not end`]
    : []
}

function durationOf(cycles: readonly CycleSeen[]): number {
  return (cycles.at(-1)?.endMs ?? 0) - (cycles[0]?.startMs ?? 0)
}

function lastWords({ links, logged }: RunningLoop): string[] {
  return [...links.slice(-4).map((text) => `link ${text}`), ...logged.slice(-4)]
}
