// Modbus as the poller has to know it.

import type { Protocol } from '../../lib/polling/protocol'
import { type Area, describeRange, isBitArea } from './addresses'
import { concernOf, describeException } from './exceptions'
import type { ModbusConfig } from './fields'
import { noAnswerFault } from './link/faults'

/** Units other than the node's are named in messages. */
export function modbusProtocol({
  unitId,
  transport,
  timeout,
}: Pick<ModbusConfig, 'unitId' | 'transport' | 'timeout'>): Protocol<Area> {
  return {
    addressStep: (area) => (isBitArea(area) ? 1 : 2),
    concernOf,
    describeException(code, { unit, area, address, length }) {
      const where = describeRange(area, address, length) + (unit === unitId ? '' : ` of unit ${unit}`)
      return describeException(code, area, where)
    },
    describeUnit: (unit) => `unit ${unit}`,
    describeAmount: (area, length) => `${length} ${isBitArea(area) ? 'bits' : 'registers'} of area ${area}`,
    noAnswer: (requests) => noAnswerFault(transport, requests, timeout),
  }
}
