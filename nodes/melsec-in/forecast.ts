// How many requests a cycle takes, and how long they should take, before anything has been read. Runs in the browser, too.

import type { Forecast } from '../../lib/contract/control'
import { planRequests } from '../../lib/polling/requests'
import { blockLimits } from './areas'
import { type MelsecConfig, plcOf } from './fields'
import { itemsOf } from './items'
import { chooseRandom } from './random'

/** By assumption: a PLC answers between two of its scans. */
export const ROUND_TRIP_MS = 10

/** As if everything were answered. Throws a `config` Fault for tags that the fields' checks refuse. */
export function forecast(config: MelsecConfig): Forecast {
  const plc = plcOf(config)
  const requests = planRequests(chooseRandom(itemsOf(config), plc, config.randomRead).items, blockLimits(plc)).length
  return { requests, cycleMs: requests * ROUND_TRIP_MS }
}
