// A poller, an imagined device and a clock that only the test moves.

import assert from 'node:assert/strict'
import type { Reading } from '../../../lib/collector/reader'
import { Plan } from '../../../lib/polling/plan'
import { Poller } from '../../../lib/polling/poller'
import type { Ask } from '../../../lib/polling/protocol'
import type { ReadArea } from '../../../nodes/modbus-in/areas'
import { itemsOf, readingPlanOf } from '../../../nodes/modbus-in/items'
import { modbusProtocol } from '../../../nodes/modbus-in/protocol'
import { blockLimits } from '../../../nodes/modbus-in/requests'
import { configOf, type ShortTag } from './config'
import { ImaginedDevice } from './imagined-device'

export function bench(tags: ShortTag[], others: object = {}) {
  const config = configOf(tags, { retries: 0, ...others })
  const device = new ImaginedDevice()
  const clock = { ms: 1000 }
  const logged: string[] = []
  const pauses: number[] = []
  /** What an answer takes, in the time of the clock, and what part of it a register on the line takes. */
  const line = { answerMs: 0, registerMs: 0 }
  const poller = new Poller(new Plan(itemsOf(config), blockLimits(config)), {
    columns: readingPlanOf(config).width,
    protocol: modbusProtocol(config),
    timeoutMs: config.timeout,
    intervalMs: config.interval,
    retries: config.retries,
    assumedMs: 10,
    lineMs: ({ length }) => length * line.registerMs,
    nowMs: () => clock.ms,
    chance: () => 0,
    pause: async (ms) => {
      pauses.push(ms)
      clock.ms += ms
    },
    log: (level, text) => logged.push(`${level}: ${text}`),
  })
  const ask: Ask<ReadArea> = async (request) => {
    const answer = await device.ask(request)
    clock.ms += answer.kind === 'silence' ? config.timeout : line.answerMs + request.length * line.registerMs
    return answer
  }
  /** Reads every interval, or when a longer cycle allows it. */
  const cycles = async (count: number) => {
    const readings: Reading[] = []
    for (let cycle = 0; cycle < count; cycle++) {
      const dueMs = clock.ms + config.interval
      readings.push(await poller.poll(ask))
      clock.ms = Math.max(clock.ms, dueMs)
    }
    return readings
  }
  return { device, clock, line, logged, pauses, poller, cycles, poll: () => poller.poll(device.ask) }
}

/** The number of good values, after checking that every other tag has a reason. */
export function good({ values, bad }: Reading): number {
  for (const [column, value] of values.entries()) assert.equal(value === null, bad.has(column), `column ${column}`)
  for (const reason of bad.values()) assert.ok(reason.length > 10, reason)
  return values.length - bad.size
}
