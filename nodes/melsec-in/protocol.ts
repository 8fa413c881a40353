// MELSEC as the poller has to know it.

import { noAnswerFault } from '../../lib/net/faults'
import type { Concern as PollerConcern, Protocol } from '../../lib/polling/protocol'
import { describeRange } from './addresses'
import { type Area, deviceOf, isBitDevice, RANDOM } from './areas'
import { devicesOf } from './devices'
import { type Concern, concernOf, describeRefusal, type Station } from './end-codes'
import type { MelsecConfig, Transport } from './fields'
import { OWN_STATION, type Refusal } from './frames/request'
import { SLOT_BYTES, type Slot } from './random'
import type { Plc } from './series'

/** Settings and routes are the same for every request. */
const concerns: Record<Concern, PollerConcern> = {
  address: 'address',
  busy: 'busy',
  config: 'settings',
  route: 'settings',
  request: 'request',
}

const silent: Record<Transport, string> = { tcp: 'the PLC is connected but', udp: 'the PLC' }

export function melsecProtocol(
  plc: Plc,
  slots: readonly Slot[],
  { transport, timeout, ...route }: Pick<MelsecConfig, 'transport' | 'timeout' | 'network' | 'pc'>,
): Protocol<Area> {
  const { frame } = plc
  const station = stationOf(route)
  return {
    addressStep(area) {
      if (area === RANDOM) return SLOT_BYTES
      return isBitDevice(deviceOf(plc, area).device) ? 1 : 2
    },
    concernOf: (code) => concerns[concernOf(refusalOf(code), frame, station)],
    describeException: (code, block) =>
      describeRefusal(refusalOf(code), frame, describePlace(plc, slots, block), station),
    describeUnit: () => 'the PLC',
    describeAmount: (area, length) => describeAmount(plc, area, length),
    describePlace: (block) => describePlace(plc, slots, block),
    noAnswer: (requests, instead) =>
      noAnswerFault({ who: silent[transport], look: SILENCE_ADVICE }, requests, timeout, instead),
  }
}

function stationOf({ network, pc }: Pick<MelsecConfig, 'network' | 'pc'>): Station {
  return network === OWN_STATION.network && pc === OWN_STATION.pc ? 'own' : 'other'
}

const SILENCE_ADVICE =
  'are frame (1E, 3E, 4E) and data code (binary, ASCII) those of its port, and is the port open for MC protocol (SLMP)?'

const ABNORMAL_FACTOR = 0x1_0000

/** End code and abnormal code of 1E as one number, which is all that the poller keeps of a refusal. */
export function codeOf({ endCode, abnormalCode }: Refusal): number {
  return abnormalCode === undefined ? endCode : ABNORMAL_FACTOR * (abnormalCode + 1) + endCode
}

export function refusalOf(code: number): Refusal {
  const endCode = code % ABNORMAL_FACTOR
  if (code < ABNORMAL_FACTOR) return { kind: 'refused', endCode }
  return { kind: 'refused', endCode, abnormalCode: Math.floor(code / ABNORMAL_FACTOR) - 1 }
}

/** `D0 to D99`, `D1 and 9 more points`. */
export function describePlace(
  plc: Plc,
  slots: readonly Slot[],
  { area, address, length }: { area: Area; address: number; length: number },
): string {
  if (area !== RANDOM) {
    const { device, pointLength } = deviceOf(plc, area)
    return describeRange(device.name, address / pointLength, length / pointLength, plc)
  }
  const [first, ...others] = slots.slice(address, address + length)
  if (!first) return 'random points'
  const where = describeRange(first.device, first.number, pointsOf(plc, first), plc)
  return others.length === 0 ? where : `${where} and ${others.length} more points`
}

/** Numbers of the device that a picked word or double word takes. */
function pointsOf(plc: Plc, { device, isDouble }: Slot): number {
  const kind = devicesOf(plc).get(device)?.kind
  if (kind === 'long') return 1
  return (kind === 'relay' ? 16 : 1) * (isDouble ? 2 : 1)
}

function describeAmount(plc: Plc, area: Area, length: number): string {
  if (area === RANDOM) return `${length} points picked at random`
  const { device } = deviceOf(plc, area)
  return `${length} ${isBitDevice(device) ? 'points' : 'words'} of ${device.name}`
}
