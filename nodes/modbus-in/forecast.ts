// How many requests a cycle takes, and how long they should take: before anything has been read, for the editor, and of a
// reader that runs. Runs in the browser, too.

import { planRequests, type ReadBlock } from '../../lib/polling/requests'
import type { ReadArea } from './areas'
import type { ModbusConfig } from './fields'
import { itemsOf } from './items'
import { byteTimeMs, type SerialLine, serialMs } from './line-time'
import { blockLimits, type RequestLimits } from './requests'

/** What it depends on; the editor has it before anything is deployed. */
export type ForecastInput = RequestLimits & SerialLine & Pick<ModbusConfig, 'transport' | 'unitId' | 'timeout' | 'tags'>

export type ReadForecast = {
  requests: number
  cycleMs: number
  /** Of one byte on a serial line: what a longer request costs. */
  byteTimeMs?: number
}

// Assumptions for devices that have not been asked yet.

/** From a request to its answer through a network, ms: small controllers answer between two of their own cycles. */
export const NETWORK_ROUND_TRIP_MS = 10
/** What a device on a serial line takes before it begins to answer, ms. */
export const SERIAL_DEVICE_MS = 20

export function isSerial({ transport }: Pick<ModbusConfig, 'transport'>): boolean {
  return transport !== 'tcp' && transport !== 'udp'
}

/** As if everything were answered. Throws a `config` Fault for tags that the fields' checks refuse. */
export function forecast(config: ForecastInput): ReadForecast {
  const blocks = planRequests(itemsOf(config), blockLimits(config))
  const cycleMs = blocks.reduce((sum, block) => sum + assumedMs(config) + lineMs(config, block), 0)
  return { requests: blocks.length, cycleMs, ...(isSerial(config) && { byteTimeMs: byteTimeMs(config) }) }
}

/** What a request takes beside its bytes on the line, by assumption. */
export function assumedMs(config: Pick<ModbusConfig, 'transport'>): number {
  return isSerial(config) ? SERIAL_DEVICE_MS : NETWORK_ROUND_TRIP_MS
}

/** What its bytes take on the line; in a network they do not count. */
export function lineMs(
  config: Pick<ModbusConfig, 'transport'> & SerialLine,
  block: Pick<ReadBlock<ReadArea>, 'area' | 'length'>,
): number {
  return isSerial(config) ? serialMs(config, block) : 0
}
