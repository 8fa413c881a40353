// TEMPORARY stand-in for forecast.ts of branch planner.
import type { Forecast } from '../../lib/contract/control'
import type { ModbusConfig } from './fields'
import { itemsOf } from './items'
import { Plan } from './plan'
export type ForecastInput = ModbusConfig
export function forecast(config: ForecastInput): Forecast {
  const blocks = new Plan(itemsOf(config), config).blocks()
  const perRegisterMs = config.transport === 'rtu' ? (2 * 11 * 1000) / config.baudRate : 0.01
  return {
    requests: blocks.length,
    cycleMs: blocks.reduce((sum, { length }) => sum + 20 + length * perRegisterMs, 0),
  }
}
