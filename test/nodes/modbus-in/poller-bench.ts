// A poller, an imagined device and a clock that only the test moves.

import assert from 'node:assert/strict'
import type { Reading } from '../../../lib/collector/reader'
import { itemsOf } from '../../../nodes/modbus-in/items'
import { Plan } from '../../../nodes/modbus-in/plan'
import { Poller } from '../../../nodes/modbus-in/poller'
import { configOf, type ShortTag } from './config'
import { ImaginedDevice } from './imagined-device'

export function bench(tags: ShortTag[], others: object = {}) {
  const config = configOf(tags, others)
  const device = new ImaginedDevice()
  const clock = { ms: 1000 }
  const logged: string[] = []
  const pauses: number[] = []
  const poller = new Poller(new Plan(itemsOf(config), config), {
    columns: tags.length,
    unitId: config.unitId,
    timeoutMs: config.timeout,
    intervalMs: config.interval,
    assumedMs: 10,
    lineMs: () => 0,
    nowMs: () => clock.ms,
    chance: () => 0,
    pause: async (ms) => {
      pauses.push(ms)
      clock.ms += ms
    },
    log: (level, text) => logged.push(`${level}: ${text}`),
  })
  return { device, clock, logged, pauses, poller, poll: () => poller.poll(device.ask) }
}

/** The number of good values, after checking that every other tag has a reason. */
export function good({ values, bad }: Reading): number {
  for (const [column, value] of values.entries()) assert.equal(value === null, bad.has(column), `column ${column}`)
  for (const reason of bad.values()) assert.ok(reason.length > 10, reason)
  return values.length - bad.size
}
