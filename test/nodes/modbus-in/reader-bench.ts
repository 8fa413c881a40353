// Readers and raw devices that are closed after each test.

import type { Reader, Reading } from '../../../lib/collector/reader'
import { modbusReader } from '../../../nodes/modbus-in/reader'
import { configOf, registers, type ShortTag } from './config'
import { honestRtu, RawDevice, RawUdpDevice } from './raw-device'

export const never = new AbortController().signal
const closers: (() => Promise<void>)[] = []

export function readerOf(port: number, tags: ShortTag[] = registers(5, 100), others: object = {}) {
  const logged: string[] = []
  const config = configOf(tags, { port, timeout: 1000, retries: 0, ...others })
  const reader = modbusReader.create(config, (level, text) => logged.push(`${level}: ${text}`))
  closers.push(() => reader.close())
  return { reader, logged }
}

export async function deviceOf(...args: Parameters<typeof RawDevice.start>): Promise<RawDevice> {
  const device = await RawDevice.start(...args)
  closers.push(() => device.stop())
  return device
}

/** RTU frames over TCP. */
export function gatewayOf(behave: Parameters<typeof RawDevice.start>[0] = honestRtu): Promise<RawDevice> {
  return deviceOf(behave, 'rtu')
}

export async function udpDeviceOf(...args: Parameters<typeof RawUdpDevice.start>): Promise<RawUdpDevice> {
  const device = await RawUdpDevice.start(...args)
  closers.push(() => device.stop())
  return device
}

export async function openReading(reader: Reader): Promise<Reading> {
  await reader.open(never)
  return await reader.read(never)
}

export const GOOD = { values: [100, 101, 102, 103, 104], bad: new Map() }

/** For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}
