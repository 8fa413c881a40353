// The engines that there are: two, written by different people, so that a reader is not only right together with one of them.

import type { Units } from '../units'
import type { Engine } from './engine'
import { startJsmodbus } from './jsmodbus'
import { startModbusSerial } from './modbus-serial'

export const ENGINES = ['modbus-serial', 'jsmodbus'] as const
export type EngineName = (typeof ENGINES)[number]

/** Listens on a free port of the host. */
export function startEngine(name: EngineName, units: Units, host: string): Promise<Engine> {
  return name === 'jsmodbus' ? startJsmodbus(units, host) : startModbusSerial(units, host)
}
