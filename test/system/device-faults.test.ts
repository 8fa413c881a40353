// Whatever a device does, over whatever transport, its process goes on: link and quality tell of the trouble within two
// cycles, no value is shown that the device did not give to this very request, and the values return by themselves.

import { asciiCorruptions } from '../../simulators/modbus/ascii-frame'
import { MODBUS_TRANSPORTS, type ModbusTransport } from '../../simulators/modbus/framing'
import { mbapCorruptions } from '../../simulators/modbus/mbap-frame'
import { rtuCorruptions } from '../../simulators/modbus/rtu-frame'
import { TIMEOUT_MS } from '../support/fault-lane'
import { describeFaults, type Troubles, type Way } from '../support/fault-matrix'
import { modbusLane, UNIT_2_TAGS } from '../support/modbus-lane'
import {
  byteByByte,
  corruptions,
  cutOff,
  doubling,
  fault,
  garbage,
  garbageBefore,
  garbageBehind,
  hearsItself,
  hearsItselfNow,
  inTwoDatagrams,
  joined,
  late,
  lossy,
  megabytes,
  noisy,
  off,
  overtaking,
  repeating,
  resets,
  silent,
  slow,
  unplugged,
} from '../support/troubles'

/** What function and byte count say is enough. */
const LENGTHS = ['length-too-short', 'length-too-long', 'length-0', 'length-65535']
/** Frames without fault that do not fit the request: they say something of that block, not of link and device (reader-violations). */
const OF_ONE_BLOCK = ['fewer-values', 'more-values']
/** The same, where frames say which request they answer. */
const OF_ONE_REQUEST = ['byte-count', 'unit-id', 'function-code', 'no-data']

const ofMbap = corruptions(namesOf(mbapCorruptions, [...LENGTHS, ...OF_ONE_BLOCK, ...OF_ONE_REQUEST]))
const ofLength = corruptions(LENGTHS)
const ofRtu = corruptions(namesOf(rtuCorruptions, OF_ONE_BLOCK))
const ofAscii = corruptions(namesOf(asciiCorruptions, [...OF_ONE_BLOCK, 'no-line-feed']))
const noLineFeed = corruptions(['no-line-feed'])

function namesOf(all: object, others: readonly string[]): string[] {
  return Object.keys(all).filter((name) => !others.includes(name))
}

const troubles: Record<ModbusTransport, Omit<Troubles, 'partly'>> = {
  tcp: {
    told: [off, silent, ...late, cutOff, garbage, ...resets, megabytes, ...ofMbap],
    honest: [joined, lossy, overtaking],
    read: [slow, byteByByte, repeating, doubling, garbageBefore, garbageBehind, noisy, ...ofLength],
  },
  udp: {
    told: [off, silent, ...late, cutOff, garbage, megabytes, inTwoDatagrams, ...ofMbap],
    honest: [joined, lossy, overtaking],
    read: [slow, doubling, repeating, garbageBefore, garbageBehind, ...ofLength],
  },
  'rtu-over-tcp': {
    told: [off, silent, ...late, cutOff, garbage, ...resets, megabytes, ...ofRtu],
    honest: [joined, lossy, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating],
  },
  rtu: {
    told: [off, silent, ...late, cutOff, garbage, unplugged, ...ofRtu],
    honest: [joined, lossy, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating],
  },
  ascii: {
    told: [off, silent, ...late, cutOff, garbage, unplugged, ...ofAscii],
    honest: [joined, lossy, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating, ...noLineFeed],
  },
  'ascii-over-tcp': {
    told: [off, silent, ...late, cutOff, garbage, ...resets, megabytes, ...ofAscii],
    honest: [joined, lossy, garbageBefore, garbageBehind, noisy, hearsItselfNow],
    read: [hearsItself, slow, byteByByte, repeating, ...noLineFeed],
  },
}

/** Something is wrong with one unit only. */
const partly = [
  fault('is silent in one unit', { kind: 'silent', unit: 2 }),
  fault('is slow in one unit', { kind: 'delay', ms: 5 * TIMEOUT_MS, unit: 2 }),
].map((trouble) => ({ trouble, tags: UNIT_2_TAGS, outcome: 'is read in the other' }))

const LANES = 4

describeFaults(
  'a device that',
  LANES,
  MODBUS_TRANSPORTS.map((transport): Way => {
    const own = troubles[transport]
    return {
      name: transport,
      troubles: { ...own, partly },
      lane: (name, _patient, context) => modbusLane(name, transport, context),
      ...(own.read.includes(hearsItself) && { fromTheStart: hearsItself }),
    }
  }),
)
