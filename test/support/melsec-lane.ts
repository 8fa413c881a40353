// A lane with a simulated MELSEC PLC.

import type { FrameName, Plc } from '../../nodes/melsec-in/series'
import { MelsecDevice, type Transport } from '../../simulators/melsec/melsec-device'
import { FaultLane } from './fault-lane'
import { Telltale, type TelltaleConstant, type TelltaleNumber } from './telltale'

/** How a PLC is spoken to. */
export type Speech = Plc & { readonly transport: Transport }

/** Far apart, in two devices, and answered by frames of one length. */
const BLOCKS = [
  { tag: 'north', device: 'D', at: 0 },
  { tag: 'south', device: 'D', at: 2000 },
  { tag: 'below', device: 'R', at: 0 },
  { tag: 'beside', device: 'R', at: 2000 },
] as const
const BITS: readonly TelltaleConstant[] = [
  { tag: { name: 'ready', address: 'M0', type: 'bool' }, value: true },
  { tag: { name: 'shut', address: 'M5000', type: 'bool' }, value: false },
]
/** A text so long that its block cannot be picked at random. */
const BALLAST_BYTES = 780

/**
 * @param alike requests differ by nothing but the place that they ask for, so that the answer to one could be taken for the
 *   answer to the next; else everything is read by one request where the frame has random reads
 */
export async function melsecLane(name: string, speech: Speech, { alike }: { alike: boolean }): Promise<FaultLane> {
  const { series, transport, encoding, frame } = speech
  const plc = await MelsecDevice.start({
    series,
    endpoint: 'module',
    ports: [{ transport, encoding, frames: [frame] }],
  })
  plc.memory.set('M', 0, 1)
  const numbers = BLOCKS.map(
    ({ tag, device, at }): TelltaleNumber => ({
      tag: { name: tag, address: `${device}${at}`, type: 'uint32' },
      place: (wave) => plc.memory.place({ device, number: at, type: 'uint32', wave }),
    }),
  )
  const constants = alike ? ballastOf(frame) : BITS
  const properties = { type: 'melsec-in', ...speech }
  return new FaultLane(name, { device: plc.door, telltale: await Telltale.begin(numbers, constants), properties })
}

/** 1E has no random reads. */
function ballastOf(frame: FrameName): TelltaleConstant[] {
  if (frame === '1E') return []
  return BLOCKS.map(({ tag, device, at }) => {
    const name = `${tag} ballast`
    return { tag: { name, address: `${device}${at + 2}`, type: 'string', length: BALLAST_BYTES }, value: '' }
  })
}
