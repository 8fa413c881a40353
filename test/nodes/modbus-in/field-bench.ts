// A device as it is, and the reader of it in its loop: closed after each test.

import assert from 'node:assert/strict'
import type { Behaviour } from '../../../simulators/modbus/behaviours/behaviour'
import type { ModbusTransport } from '../../../simulators/modbus/framing'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { type CycleSeen, RunningLoop } from '../../support/read-loop'
import { configOf, type ShortTag } from './config'

/** A tenth of what is set in the field. */
export const TIMES = { timeout: 150, interval: 200 }

const closers: (() => Promise<void>)[] = []

/** For afterEach. */
export async function closeField(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

export function closeLater(close: () => Promise<void>): void {
  closers.push(close)
}

export type Field = { device: ModbusDevice; loop: RunningLoop }

/** Every holding and input register below 200 holds its own address, every third coil is on. */
export async function deviceThat(behaviours: Behaviour[], transport: ModbusTransport = 'tcp'): Promise<ModbusDevice> {
  const device = await ModbusDevice.start({ transport, behaviours, now: () => 0 })
  closeLater(() => device.close())
  const addresses = Array.from({ length: 200 }, (_, address) => address)
  device.memory.set('holding', 0, ...addresses)
  device.memory.set('input', 0, ...addresses)
  device.memory.set('coil', 0, ...addresses.map((address) => (address % 3 === 0 ? 1 : 0)))
  return device
}

export function readingOf(device: ModbusDevice, tags: ShortTag[], properties: object = {}): RunningLoop {
  const loop = new RunningLoop(configOf(tags, { port: device.port, ...TIMES, ...properties }))
  closeLater(() => loop.stop())
  return loop
}

export async function fieldOf(
  behaviours: Behaviour[],
  tags: ShortTag[],
  { transport = 'tcp', ...properties }: { transport?: ModbusTransport } & Record<string, unknown> = {},
): Promise<Field> {
  const device = await deviceThat(behaviours, transport)
  return { device, loop: readingOf(device, tags, { transport, ...properties }) }
}

/** All of these names are good, with these values, in each of the cycles. */
export function assertGood(cycles: readonly CycleSeen[], expected: Record<string, unknown>): void {
  for (const { values, quality } of cycles) {
    for (const [name, value] of Object.entries(expected)) assert.equal(values[name], value, `${name}: ${quality[name]}`)
  }
}

/** In how many of the cycles the tag is good. */
export function goodShare(cycles: readonly CycleSeen[], name: string): number {
  return cycles.filter(({ quality }) => !(name in quality)).length / cycles.length
}

export const isGood =
  (...names: string[]) =>
  ({ values }: CycleSeen): boolean =>
    names.every((name) => values[name] !== null)

export const isBad =
  (name: string, says: RegExp = /./) =>
  ({ quality }: CycleSeen): boolean =>
    says.test(quality[name] ?? '')
