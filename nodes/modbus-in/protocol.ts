// Modbus as the poller has to know it.

import { noAnswerFault } from '../../lib/net/faults'
import type { Protocol, ReadRequest } from '../../lib/polling/protocol'
import { describeRange, isBitArea } from './addresses'
import { placeOf, type ReadArea } from './areas'
import { concernOf, describeException } from './exceptions'
import type { ModbusConfig, Transport } from './fields'

const silences: Record<Transport, { who: string; look: string }> = {
  tcp: { who: 'the device is connected but', look: 'is the unit id right?' },
  'rtu-over-tcp': {
    who: 'the converter is connected but',
    look: 'are unit id, speed and parity right, and does it send RTU frames?',
  },
  udp: { who: 'the device', look: 'is it on, are address, port and unit id right?' },
  ascii: {
    who: 'the device',
    look: 'is it on and wired, are unit id, speed and parity right, does it send ASCII frames?',
  },
  'ascii-over-tcp': {
    who: 'the converter is connected but',
    look: 'are unit id, speed and parity right, and does it send ASCII frames?',
  },
  rtu: { who: 'the device', look: 'is it on and wired, are unit id, speed and parity right?' },
}

const REGISTER_BYTES = 2

/** Units other than the node's are named in messages. */
export function modbusProtocol({
  unitId,
  transport,
  timeout,
}: Pick<ModbusConfig, 'unitId' | 'transport' | 'timeout'>): Protocol<ReadArea> {
  const describePlace = ({ unit, area, address, length }: ReadRequest<ReadArea>): string =>
    describeRange(placeOf(area).area, address, length) + (unit === unitId ? '' : ` of unit ${unit}`)
  return {
    addressStep(readArea) {
      const { area, width } = placeOf(readArea)
      return isBitArea(area) ? 1 : REGISTER_BYTES * width
    },
    concernOf,
    describeException: (code, at) => describeException(code, placeOf(at.area).area, describePlace(at)),
    describeUnit: (unit) => `unit ${unit}`,
    describeAmount(readArea, length) {
      const { area } = placeOf(readArea)
      return `${length} ${isBitArea(area) ? 'bits' : 'registers'} of area ${area}`
    },
    describePlace,
    noAnswer: (requests, instead) => noAnswerFault(silences[transport], requests, timeout, instead),
  }
}
