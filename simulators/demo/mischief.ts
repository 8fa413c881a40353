// The pump station of the demo misbehaves now and then, so that one can see what a reader makes of it.

import type { ModbusDevice } from '../modbus/modbus-device'

/** `sensor-fault`: the level is refused with exception 4 · `silent`: no request is answered · `off`: the port refuses */
export type Mood = 'well' | 'sensor-fault' | 'silent' | 'off'

const SECOND = 1000
/** One after the other, then from the start again. */
const COURSE: readonly { mood: Mood; lastsMs: number }[] = [
  { mood: 'well', lastsMs: 40 * SECOND },
  { mood: 'sensor-fault', lastsMs: 15 * SECOND },
  { mood: 'well', lastsMs: 45 * SECOND },
  { mood: 'silent', lastsMs: 10 * SECOND },
  { mood: 'well', lastsMs: 60 * SECOND },
  { mood: 'off', lastsMs: 12 * SECOND },
  { mood: 'well', lastsMs: 58 * SECOND },
]
const LEVEL = { area: 'holding', address: 2, count: 1, code: 4 } as const

/** @param timeMs since the device began */
export function moodAt(timeMs: number): Mood {
  let left = timeMs % COURSE.reduce((sum, { lastsMs }) => sum + lastsMs, 0)
  for (const { mood, lastsMs } of COURSE) {
    if (left < lastsMs) return mood
    left -= lastsMs
  }
  return 'well'
}

export async function applyMood(device: ModbusDevice, mood: Mood): Promise<void> {
  device.memory.refuse(mood === 'sensor-fault' ? [LEVEL] : [])
  device.faults.set(mood === 'silent' ? [{ kind: 'silent' }] : [])
  if (mood === 'off') await device.goOffline()
  else await device.comeBack()
}

/** @returns ends it; the device is left as it is */
export function misbehave(device: ModbusDevice, now: () => number): () => void {
  const began = now()
  let current: Mood = 'well'
  const timer = setInterval(() => {
    const mood = moodAt(now() - began)
    if (mood === current) return
    current = mood
    applyMood(device, mood).catch(() => {
      // Its port is taken by somebody else: it stays off until the next change.
    })
  }, SECOND)
  return () => clearInterval(timer)
}
