// What it costs Node-RED when an operator requeues very many dead letters at once.

import { BuriedLetters, type RequeueCost } from '../test/support/buried-letters'
import type { LoopDelay } from '../test/support/loop-meter'
import { summary } from './measure/statistic'
import { markdownTable } from './measure/table'

const LOOP_AIM_MS = 50
const GROWTH_AIM_MB = 40

export async function measureRequeue(letters: number, runs: number): Promise<RequeueCost[]> {
  const costs: RequeueCost[] = []
  while (costs.length < runs) {
    const buried = await BuriedLetters.start(letters)
    try {
      costs.push(await buried.requeue())
    } finally {
      await buried.dispose()
    }
  }
  return costs
}

export function requeueSection(costs: readonly RequeueCost[]): string {
  const of = (value: (cost: RequeueCost) => number): string => summary(costs.map(value), 1)
  const delay = (name: string, ms: (of: LoopDelay) => number, aim = ''): string[] => [
    `Node-RED's event loop ${name}, ms`,
    of(({ meanwhile }) => ms(meanwhile)),
    of(({ idle }) => ms(idle)),
    aim,
  ]
  const rows = [
    delay('late, p99', ({ p99Ms }) => p99Ms),
    delay('late, max', ({ maxMs }) => maxMs),
    delay('late, max, without waiting for the processor', ({ heldUpMs }) => heldUpMs, String(LOOP_AIM_MS)),
    ["Node-RED's resident memory grows by, MB", of(({ growthMb }) => growthMb), '', String(GROWTH_AIM_MB)],
    ['all are requeued after, s', of(({ tookS }) => tookS), '', ''],
  ]
  const [first] = costs
  const text = `An operator requeues ${first?.letters ?? 0} dead letters at once; the historian does it, in slices. Node-RED has
${of(({ memoryMb }) => memoryMb)} MB. The yardstick is the same Node-RED while nothing happens, for as long.`
  return `## Requeueing dead letters\n\n${text}\n\n${markdownTable(['', 'meanwhile', 'yardstick: idle', 'aim'], rows)}`
}
