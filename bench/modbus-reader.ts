// What one Modbus reader can do: 10 000 registers every second, and 1 000 registers every 100 ms on time.

import type { DeviceProcess } from '../simulators/modbus/device-process'
import { modbusReader } from './flow/bench-node-red'
import { measureReader, type ReaderLoad, type ReaderLoadPlan } from './reader-load'

const LOADS = [
  { registers: 10_000, intervalMs: 1000 },
  { registers: 1000, intervalMs: 100 },
] as const

export async function measureModbusReaders(plan: ReaderLoadPlan, { port }: DeviceProcess): Promise<ReaderLoad[]> {
  const loads: ReaderLoad[] = []
  for (const load of LOADS)
    loads.push(await measureReader({ ...plan, ...load }, (reader) => modbusReader(reader, port)))
  return loads
}
