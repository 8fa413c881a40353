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
/** A text so long that its block cannot be picked at random: each block is a request of its own then. */
const BALLAST_BYTES = 780

/** @param picked all is read by one request for points at random, where the frame has it */
export async function melsecLane(name: string, speech: Speech, { picked }: { picked: boolean }): Promise<FaultLane> {
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
  const ballast = picked || !hasRandom(frame) ? [] : BLOCKS.map(ballastOf)
  const properties = { type: 'melsec-in', ...speech }
  return new FaultLane(name, { device: plc.door, telltale: new Telltale(numbers, [...BITS, ...ballast]), properties })
}

function ballastOf({ tag, device, at }: (typeof BLOCKS)[number]): TelltaleConstant {
  const name = `${tag} ballast`
  return { tag: { name, address: `${device}${at + 2}`, type: 'string', length: BALLAST_BYTES }, value: '' }
}

function hasRandom(frame: FrameName): boolean {
  return frame !== '1E'
}
