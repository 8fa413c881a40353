// Readers and simulated PLCs that are closed after each test.

import type { Reader, Reading } from '../../../lib/collector/reader'
import { melsecReader } from '../../../nodes/melsec-in/reader'
import type { Plc } from '../../../nodes/melsec-in/series'
import { MelsecDevice, type MelsecOptions, type Transport } from '../../../simulators/melsec/melsec-device'
import { configOf, registers, type ShortTag } from './config'

export const never = new AbortController().signal
const closers: (() => Promise<void>)[] = []

export function readerOf(port: number, tags: ShortTag[] = registers(5, 100), others: object = {}) {
  const logged: string[] = []
  const config = configOf(tags, { port, ...others })
  const reader = melsecReader.create(config, (level, text) => logged.push(`${level}: ${text}`))
  closers.push(() => reader.close())
  return { reader, logged }
}

/** At an Ethernet module, which speaks all frames of its series. */
export async function plcOf(options: Partial<MelsecOptions> = {}): Promise<MelsecDevice> {
  const plc = await MelsecDevice.start({ series: 'q', endpoint: 'module', ...options })
  closers.push(() => plc.close())
  return plc
}

/** A PLC, and a reader that speaks to it in this way. */
export async function pairOf(plc: Plc, transport: Transport, tags: ShortTag[], others: object = {}) {
  const { series, frame, encoding } = plc
  const device = await plcOf({ series, ports: [{ transport, encoding, frames: [frame] }] })
  return { device, ...readerOf(device.port, tags, { ...plc, transport, ...others }) }
}

export async function openReading(reader: Reader): Promise<Reading> {
  await reader.open(never)
  return await reader.read(never)
}

export function atTheEnd(close: () => Promise<void>): void {
  closers.push(close)
}

/** For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}
