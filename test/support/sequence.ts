// A register that counts its own reads shows every sample that is lost or doubled on the way into the flow.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import type { ModbusDevice } from '../../simulators/modbus/modbus-device'
import type { Recorded } from './node-red'

/** Makes these holding registers count; each belongs to one reader alone. */
export function placeSequences(device: ModbusDevice, addresses: readonly number[]): void {
  device.memory.place(
    ...addresses.map((address) => ({
      area: 'holding' as const,
      address,
      type: 'uint16' as const,
      wave: { wave: 'sequence' as const },
    })),
  )
}

/** The numbers that reached the flow; a reading without one is left out. */
export function sequenceOf(messages: readonly Recorded[]): number[] {
  return messages.map(({ payload }) => asRecord(payload)?.value).filter((value) => typeof value === 'number')
}

/** Not one sample of a reader was lost or doubled between the first and the last of these. */
export function assertGapless(messages: readonly Recorded[]): void {
  const values = sequenceOf(messages)
  assert.ok(values.length >= 2, `only ${values.length} samples`)
  const index = values.findIndex((value, at) => at > 0 && value !== (values[at - 1] ?? 0) + 1)
  assert.equal(index, -1, `${values.slice(Math.max(0, index - 3), index + 3)} at ${index} of ${values.length}`)
}

/** What was read was passed on once and in order; a process that was ended may have taken its last reading along. */
export function assertRising(messages: readonly Recorded[]): void {
  const values = sequenceOf(messages)
  const index = values.findIndex((value, at) => at > 0 && value <= (values[at - 1] ?? 0))
  assert.equal(index, -1, `${values.slice(Math.max(0, index - 3), index + 3)} at ${index} of ${values.length}`)
}
