// What it costs Node-RED when an operator requeues very many dead letters at once.

import { BuriedLetters, type RequeueCost } from '../test/support/buried-letters'
import type { LoopDelay } from '../test/support/loop-meter'
import { markdownTable } from './measure/table'

const LOOP_AIM_MS = 50
const GROWTH_AIM_MB = 40

export async function measureRequeue(letters: number): Promise<RequeueCost> {
  const buried = await BuriedLetters.start(letters)
  try {
    return await buried.requeue()
  } finally {
    await buried.dispose()
  }
}

export function requeueSection({ letters, tookS, idle, meanwhile, memoryMb, growthMb }: RequeueCost): string {
  const row = (name: string, of: (delay: LoopDelay) => number, aim = '') => [
    `Node-RED's event loop ${name}, ms`,
    of(meanwhile).toFixed(1),
    of(idle).toFixed(1),
    aim,
  ]
  const rows = [
    row('late, p99', ({ p99Ms }) => p99Ms),
    row('late, max', ({ maxMs }) => maxMs),
    row('late, max, without waiting for the processor', ({ heldUpMs }) => heldUpMs, String(LOOP_AIM_MS)),
    ["Node-RED's resident memory grows by, MB", growthMb.toFixed(1), '', String(GROWTH_AIM_MB)],
  ]
  const text = `${letters} dead letters are requeued at once, which took ${tookS.toFixed(0)} s: the historian does it, in slices. Node-RED
has ${memoryMb.toFixed(0)} MB. Beside it the same Node-RED while nothing happens, for as long.`
  return `## Requeueing dead letters\n\n${text}\n\n${markdownTable(['', 'meanwhile', 'yardstick: idle', 'aim'], rows)}`
}
