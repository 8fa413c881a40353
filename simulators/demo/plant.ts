// The Modbus devices of the demo: a boiler, a press and a pump station, which speak real Modbus TCP.

import type { Point } from '../modbus/memory'
import { ModbusDevice } from '../modbus/modbus-device'

export const PLANT_DEVICES = ['boiler', 'press', 'pump-station'] as const
export type PlantDevice = (typeof PLANT_DEVICES)[number]
export type PlantPorts = Record<PlantDevice, number>

/** The ports that the example flows name. */
export const PLANT_PORTS: PlantPorts = { boiler: 1502, press: 1503, 'pump-station': 1504 }

const MINUTE = 60_000

/** Addresses as on the wire, from 0. */
export const PLANT_POINTS: Record<PlantDevice, Point[]> = {
  boiler: [
    // °C
    { area: 'holding', address: 0, type: 'float32', wave: { wave: 'sine', min: 68, max: 82, periodMs: 2 * MINUTE } },
    // bar
    {
      area: 'holding',
      address: 2,
      type: 'float32',
      wave: { wave: 'walk', min: 1.6, max: 2.4, stepMs: 15_000, seed: 1 },
    },
    // 0.1 %
    {
      area: 'holding',
      address: 4,
      type: 'uint16',
      wave: { wave: 'walk', min: 400, max: 850, stepMs: 40_000, seed: 2 },
    },
    // 0.1 kWh
    { area: 'holding', address: 6, type: 'uint32', wave: { wave: 'counter', start: 1_234_567, everyMs: 700 } },
    { area: 'coil', address: 0, type: 'bool', wave: { wave: 'square', low: 0, high: 1, periodMs: 30_000, duty: 0.6 } },
  ],
  press: [
    // 0.1 kN
    { area: 'input', address: 0, type: 'int16', wave: { wave: 'ramp', min: -20, max: 2500, periodMs: 6000 } },
    // °C, low word first, as many controllers have it
    {
      area: 'holding',
      address: 0,
      type: 'float32',
      order: 'CDAB',
      wave: { wave: 'walk', min: 38, max: 56, stepMs: 30_000, seed: 3 },
    },
    {
      area: 'holding',
      address: 2,
      type: 'uint32',
      order: 'CDAB',
      wave: { wave: 'counter', start: 80_211, everyMs: 6000 },
    },
    {
      area: 'discrete',
      address: 0,
      type: 'bool',
      wave: { wave: 'square', low: 0, high: 1, periodMs: 6000, duty: 0.8 },
    },
  ],
  'pump-station': [
    // m³/h
    {
      area: 'holding',
      address: 0,
      type: 'float32',
      wave: { wave: 'walk', min: 80, max: 140, stepMs: 20_000, seed: 4 },
    },
    // mm
    { area: 'holding', address: 2, type: 'int16', wave: { wave: 'sine', min: 1200, max: 3400, periodMs: 5 * MINUTE } },
    // 0.01 Hz
    {
      area: 'input',
      address: 0,
      type: 'uint16',
      wave: { wave: 'walk', min: 3000, max: 5000, stepMs: 20_000, seed: 5 },
    },
    { area: 'coil', address: 0, type: 'bool', wave: { wave: 'constant', value: 1 } },
    { area: 'coil', address: 1, type: 'bool', wave: { wave: 'square', low: 0, high: 1, periodMs: MINUTE } },
  ],
}

export type Plant = { devices: Record<PlantDevice, ModbusDevice>; ports: PlantPorts; close(): Promise<void> }

/** Starts all devices, each on the port it is meant to have or, where that is taken, on any free one. */
export async function startPlant(wanted: PlantPorts = PLANT_PORTS): Promise<Plant> {
  const started: ModbusDevice[] = []
  const start = async (name: PlantDevice): Promise<ModbusDevice> => {
    const device = await startAtOrNear(wanted[name])
    started.push(device)
    device.memory.place(...PLANT_POINTS[name])
    return device
  }
  const close = async (): Promise<void> => {
    for (const device of started) await device.close()
  }
  try {
    const devices = {
      boiler: await start('boiler'),
      press: await start('press'),
      'pump-station': await start('pump-station'),
    }
    const ports = {
      boiler: devices.boiler.port,
      press: devices.press.port,
      'pump-station': devices['pump-station'].port,
    }
    return { devices, ports, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startAtOrNear(port: number): Promise<ModbusDevice> {
  try {
    return await ModbusDevice.start({ port })
  } catch {
    return ModbusDevice.start({ port: 0 })
  }
}
