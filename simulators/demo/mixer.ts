// The mixer of the demo, an OPC UA server. It runs in a process of its own, which takes some seconds to load: nobody waits for it,
// its reader connects when it is there.

import { OpcuaDeviceProcess } from '../opcua/device-process'
import { LOOPBACK } from '../opcua/device-settings'
import type { Place } from '../opcua/plant'
import { freePortFrom } from './node-red'

/** The one that the example flows name. */
export const MIXER_PORT = 4840

const MINUTE = 60_000

export const MIXER_PLACES: readonly Place[] = [
  // °C
  {
    name: 'Mixer.Temperature',
    type: 'Double',
    setting: { wave: { wave: 'walk', min: 54, max: 71, stepMs: 20_000, seed: 6 } },
  },
  // %
  {
    name: 'Mixer.Level',
    type: 'Float',
    range: { low: 0, high: 100 },
    setting: { wave: { wave: 'sine', min: 12, max: 94, periodMs: 4 * MINUTE } },
  },
  // 1/min
  {
    name: 'Mixer.Speed',
    type: 'Int16',
    setting: { wave: { wave: 'walk', min: 280, max: 320, stepMs: 10_000, seed: 7 } },
  },
  {
    name: 'Mixer.State',
    type: 'Int32',
    texts: 'strings',
    setting: { wave: { wave: 'square', low: 0, high: 2, periodMs: MINUTE, duty: 0.8 } },
  },
  { name: 'Mixer.Batch', type: 'UInt32', setting: { wave: { wave: 'counter', start: 1201, everyMs: MINUTE } } },
  { name: 'Mixer.Recipe', type: 'String', setting: { value: 'Primer 7' } },
]

export type Mixer = { port: number; close(): Promise<void> }

/** Settles when its port is known. `failed` hears why there will be none. */
export async function startMixer(failed: (error: unknown) => void): Promise<Mixer> {
  const port = await freePortFrom(MIXER_PORT, LOOPBACK)
  const starting = OpcuaDeviceProcess.start({ port }).then(async (device) => {
    for (const place of MIXER_PLACES) await device.send({ command: 'appear', place })
    return device
  })
  starting.catch(failed)
  return {
    port,
    close: async () => {
      const device = await starting.catch(() => undefined)
      await device?.close()
    },
  }
}
