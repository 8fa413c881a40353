// A cycle that takes longer than its interval: which settings would shorten it, tried on the forecast.

import type { Forecast } from '../../lib/contract/control'
import type { ModbusConfig } from './fields'
import { type ForecastInput, forecast, isSerial } from './forecast'
import { REGISTERS_MAX } from './tag-rules'

/** A setting, the value to give it, and what a cycle would be then. */
export type Advice = Forecast & { property: 'maxRegisters' | 'maxGap' | 'baudRate'; value: number }

type TimedInput = ForecastInput & Pick<ModbusConfig, 'interval'>

/** In registers. More is rarely worth its time on the line. */
const GAPS = [20, 50, 124]
const BAUD_RATES = [19_200, 38_400, 57_600, 115_200]
/** What saves less is not worth a change. */
const WORTHWHILE = 0.9

/** One for each setting that helps, the one that helps most first. */
export function adviceFor(config: TimedInput): Advice[] {
  const { cycleMs } = forecast(config)
  const candidates = [better(config, 'maxRegisters', [REGISTERS_MAX]), better(config, 'maxGap', GAPS)]
  if (isSerial(config)) candidates.push(better(config, 'baudRate', BAUD_RATES))
  return candidates
    .flatMap((advice) => (advice && advice.cycleMs < cycleMs * WORTHWHILE ? [advice] : []))
    .sort((a, b) => a.cycleMs - b.cycleMs)
}

/** The smallest step up with which a cycle fits its interval; if none does, the best. */
function better(config: TimedInput, property: Advice['property'], values: readonly number[]): Advice | undefined {
  const steps = values.filter((value) => value > config[property]).map((value) => adviceOf(config, property, value))
  const best = steps.reduce<Advice | undefined>((a, b) => (a && a.cycleMs <= b.cycleMs ? a : b), undefined)
  return steps.find((step) => step.cycleMs <= config.interval) ?? best
}

function adviceOf(config: TimedInput, property: Advice['property'], value: number): Advice {
  const { requests, cycleMs } = forecast({ ...config, [property]: value })
  return { property, value, requests, cycleMs }
}
