// What one MELSEC reader can do: 5 000 words every second, and 500 words every 100 ms on time, of a PLC of the Q series that
// speaks 3E binary.

import { PlcProcess } from '../simulators/melsec/plc-process'
import { melsecReader } from './flow/bench-node-red'
import { measureReader, type ReaderLoad, type ReaderLoadPlan } from './reader-load'

const LOADS = [
  { registers: 5000, intervalMs: 1000 },
  { registers: 500, intervalMs: 100 },
] as const

export async function measureMelsecReaders(plan: ReaderLoadPlan): Promise<ReaderLoad[]> {
  const plc = await PlcProcess.start({ series: 'q' })
  const loads: ReaderLoad[] = []
  try {
    for (const load of LOADS)
      loads.push(await measureReader({ ...plan, ...load }, (reader) => melsecReader(reader, plc.port)))
    return loads
  } finally {
    await plc.close()
  }
}
