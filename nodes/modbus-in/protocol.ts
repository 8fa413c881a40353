// Modbus as the poller has to know it.

import type { Protocol } from '../../lib/polling/protocol'
import { type Area, describeRange, isBitArea } from './addresses'
import { concernOf, describeException } from './exceptions'

/** Units other than the node's are named in messages. */
export function modbusProtocol(unitId: number): Protocol<Area> {
  return {
    addressStep: (area) => (isBitArea(area) ? 1 : 2),
    concernOf,
    describeException(code, { unit, area, address, length }) {
      const where = describeRange(area, address, length) + (unit === unitId ? '' : ` of unit ${unit}`)
      return describeException(code, area, where)
    },
    describeUnit: (unit) => `unit ${unit}`,
    describeAmount: (area, length) => `${length} ${isBitArea(area) ? 'bits' : 'registers'} of area ${area}`,
    silenceAdvice: 'is the unit id right?',
  }
}
