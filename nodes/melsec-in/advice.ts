// A cycle that takes longer than its interval: which settings of PLC and node would shorten it, tried on the forecast.

import type { Forecast } from '../../lib/contract/control'
import { type MelsecConfig, plcOf } from './fields'
import { forecast } from './forecast'
import { framesOf } from './series'
import { checkTags } from './tag-rules'

/** A setting, and what a cycle would be then. */
export type Advice = Forecast & { setting: 'binary' | '3E' }

/** What saves less is not worth a change in the PLC. */
const WORTHWHILE = 0.9

/** One for each setting that helps, the one that helps most first. */
export function adviceFor(config: MelsecConfig): Advice[] {
  const { cycleMs } = forecast(config)
  const candidates: { setting: Advice['setting']; config: MelsecConfig }[] = []
  if (config.encoding === 'ascii') candidates.push({ setting: 'binary', config: { ...config, encoding: 'binary' } })
  if (config.frame === '1E' && framesOf[config.series].includes('3E')) {
    candidates.push({ setting: '3E', config: { ...config, frame: '3E' } })
  }
  return candidates
    .filter(({ config }) => checkTags(config.tags, plcOf(config)).length === 0)
    .map(({ setting, config }): Advice => ({ setting, ...forecast(config) }))
    .filter((advice) => advice.cycleMs < cycleMs * WORTHWHILE)
    .sort((a, b) => a.cycleMs - b.cycleMs)
}
