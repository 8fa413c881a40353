// End codes of a MELSEC PLC in words: what the PLC says, and what to change.
//
// Sources: [QNU] QnUCPU User's Manual (Communication via Built-in Ethernet Port), 5.1.4; [L] MELSEC-L CPU Module User's Manual
// (Built-In Ethernet Function), 5.4; [EN71] MELSEC iQ-R Ethernet User's Manual (Application), 3.8; [ADP] FX3U-ENET-ADP
// User's Manual, 9.3.2; limits and 4030, 4031 as plc-comm-slmp-profiles measured them. Abnormal codes of 1E: 10 and 18 stand in
// [COM] 18.2 and the FX computer link manual 8.5.1, 11 and 12 in manuals of A1SJ71E71 only.

import { hexadecimal } from './frames/notation'
import type { Refusal } from './frames/request'
import type { FrameName } from './series'

/**
 * `address` the devices asked for, or their number, are the reason: others may be read, so a block is worth halving
 * `busy` the same request may be answered later
 * `config` nothing will be read before somebody changes the settings of PLC or node
 * `route` the PLC that was reached cannot reach the one that is meant
 * `request` none of these: asking for other devices changes nothing
 */
export type Concern = 'address' | 'busy' | 'config' | 'route' | 'request'

/** Which PLC is asked: the one that the connection ends at (network 0, PC 255), or one that may be in a network behind it. */
export type Station = 'own' | 'other'

type Meaning = { concern: Concern; meaning: string; advice: string }

const TOO_MANY = 'too many points in one request'
const FEWER = 'choose the right series, or allow fewer points per request'
const LOCKED = 'is locked by a remote password'
const UNLOCK = 'take this port out of the remote password settings, the password cannot be given here'
const DATA_CODE = "set the node's encoding and the communication data code of the PLC alike"

// biome-ignore format: a table, one line a code
const endCodes = new Map<number, Meaning>([
  [0x0050, { concern: 'config', meaning: 'it does not know this kind of frame', advice: 'choose the frame that the port of the PLC is set to' }],
  [0x0055, { concern: 'request', meaning: 'it does not allow to be changed while it runs', advice: 'this node only reads: does something else write through this port?' }],
  [0x4001, { concern: 'config', meaning: 'it does not know this request', advice: 'choose the right series' }],
  [0x4002, { concern: 'config', meaning: 'it does not know this request', advice: 'choose the right series' }],
  [0x4013, { concern: 'busy', meaning: 'it cannot do this in its present state', advice: 'look whether the CPU runs' }],
  [0x4030, { concern: 'address', meaning: 'this device cannot be read in this way', advice: 'choose the right series, or copy it to a D in the program' }],
  [0x4031, { concern: 'address', meaning: 'it has no such device number', advice: 'look up how many points the device settings of the PLC give' }],
  [0x4032, { concern: 'address', meaning: 'this device cannot be picked at random', advice: 'use TN, STN or CN instead of contact or coil' }],
  [0x4043, { concern: 'address', meaning: 'it has no such module or extension', advice: 'look at the address' }],
  [0x4080, { concern: 'address', meaning: 'what was asked for does not exist', advice: 'look at the address' }],
  [0xc050, { concern: 'config', meaning: 'the PLC is set to ASCII and got something else', advice: DATA_CODE }],
  [0xc051, { concern: 'address', meaning: TOO_MANY, advice: FEWER }],
  [0xc052, { concern: 'address', meaning: TOO_MANY, advice: FEWER }],
  [0xc053, { concern: 'address', meaning: TOO_MANY, advice: FEWER }],
  [0xc054, { concern: 'address', meaning: TOO_MANY, advice: FEWER }],
  [0xc056, { concern: 'address', meaning: 'beyond the range of the device', advice: 'look up how many points the device settings of the PLC give' }],
  [0xc058, { concern: 'config', meaning: 'the request is not as long as it says', advice: DATA_CODE }],
  [0xc059, { concern: 'config', meaning: 'it does not know this command', advice: 'choose the right series' }],
  [0xc05b, { concern: 'address', meaning: 'this device cannot be read', advice: 'choose the right series, or copy it to a D in the program' }],
  [0xc05c, { concern: 'address', meaning: 'this device cannot be read in this way', advice: 'choose the right series' }],
  [0xc05e, { concern: 'busy', meaning: 'the CPU did not answer its Ethernet port in time', advice: 'lengthen monitoring timer and timeout' }],
  [0xc05f, { concern: 'route', meaning: 'this PLC cannot be asked this', advice: 'look at network, PC, module IO and station, and the series' }],
  [0xc060, { concern: 'address', meaning: 'the request is wrong for a bit device', advice: 'choose the right series' }],
  [0xc061, { concern: 'config', meaning: 'the request is not as long as it says', advice: DATA_CODE }],
  [0xc06f, { concern: 'config', meaning: 'ASCII and binary are mixed up', advice: DATA_CODE }],
  [0xc070, { concern: 'address', meaning: 'this device cannot be reached at that station', advice: 'copy it to a D in the program' }],
  [0xc0b5, { concern: 'config', meaning: 'it cannot do anything with the request', advice: 'choose the right series, frame and encoding' }],
])

// biome-ignore format: a table, one line a range
const ranges: readonly (Meaning & { first: number; last: number })[] = [
  { first: 0xc200, last: 0xc205, concern: 'config', meaning: `the port ${LOCKED}`, advice: UNLOCK },
  { first: 0xc810, last: 0xc816, concern: 'config', meaning: `the port ${LOCKED}`, advice: UNLOCK },
  { first: 0x4000, last: 0x4fff, concern: 'request', meaning: 'the CPU reports an error', advice: 'look the code up in the manual of the CPU module, chapter error codes' },
  { first: 0xc000, last: 0xcfff, concern: 'request', meaning: 'the Ethernet port reports an error', advice: 'look the code up in the Ethernet manual of the PLC' },
  { first: 0xd000, last: 0xdfff, concern: 'route', meaning: 'the network behind this PLC reports an error', advice: 'look at network and station, and the code up in the CC-Link IE manual' },
  { first: 0xe000, last: 0xffff, concern: 'route', meaning: 'the network behind this PLC reports an error', advice: 'look at network and station, and the code up in the manual of that network' },
]

const FIRST_NETWORK_CODE = 0xd000

// biome-ignore format: a table, one line a code
const endCodes1E = new Map<number, Meaning>([
  [0x50, { concern: 'config', meaning: 'it does not know this command', advice: 'choose the frame that the port of the PLC is set to' }],
  [0x54, { concern: 'config', meaning: 'the PLC is set to ASCII and got something else', advice: DATA_CODE }],
  [0x55, { concern: 'request', meaning: 'it does not allow to be changed while it runs', advice: 'this node only reads: does something else write through this port?' }],
  [0x56, { concern: 'address', meaning: 'it does not know this device', advice: 'choose the right series' }],
  [0x57, { concern: 'address', meaning: 'too many points, or beyond the range of the device', advice: 'look up how many points the PLC has, and choose the right series' }],
  [0x58, { concern: 'address', meaning: 'beyond the range of the device, or no device for this command', advice: 'look up how many points the PLC has' }],
  [0x59, { concern: 'address', meaning: 'this file register cannot be read', advice: 'look up which file registers are set up in the PLC' }],
  [0x5b, { concern: 'busy', meaning: 'PLC and Ethernet module cannot talk to each other', advice: 'look at the PLC and its Ethernet module' }],
  [0x60, { concern: 'busy', meaning: 'the PLC did not answer its Ethernet module in time', advice: 'lengthen monitoring timer and timeout' }],
])

// biome-ignore format: a table, one line a code
const abnormalCodes = new Map<number, Meaning>([
  [0x10, { concern: 'route', meaning: 'there is no PLC with this PC number', advice: 'set PC to 255, the PLC itself' }],
  [0x11, { concern: 'busy', meaning: 'Ethernet module and PLC do not understand each other', advice: 'reset the PLC; does the module fit it?' }],
  [0x12, { concern: 'request', meaning: 'there is no such special function module', advice: 'look at the modules of the PLC' }],
  [0x18, { concern: 'busy', meaning: 'it is under the control of something else', advice: 'look whether another device has stopped the PLC remotely' }],
])

/** A code of networks, by a server that was asked for nothing but itself: DF50 of a Panasonic FP7 whose port expects another frame. */
const WRONG_FORM: Meaning = {
  concern: 'config',
  meaning:
    'no other network was asked for, so it cannot make sense of the request: its frame or format is wrong for this server',
  advice:
    'set frame, data code and series to what its port expects; servers of other makers expect 3E in binary as a rule',
}

/** What is said of routes by a PLC that was asked for nothing but itself. */
const ownStation = new Map<number, Meaning>([
  [
    0xc05f,
    {
      concern: 'request',
      meaning: 'this PLC cannot be asked this',
      advice: 'choose the right series; are module IO and station those of the PLC itself (1023, 0)?',
    },
  ],
  [
    0xc070,
    {
      concern: 'address',
      meaning: 'this device cannot be read in this way',
      advice: 'choose the right series, or copy it to a D in the program',
    },
  ],
])

const UNKNOWN: Meaning = {
  concern: 'request',
  meaning: 'a code that is not known here',
  advice: "look it up in the manual of the PLC's Ethernet port, chapter error codes",
}

/** 1E has codes of one byte, 3E and 4E of two; those below 100H that both use mean the same but for their 00. */
export function concernOf(refusal: Refusal, frame: FrameName, station: Station = 'other'): Concern {
  return meaningOf(refusal, frame, station).concern
}

/** `end code C056 at D8000 to D8099: beyond the range of the device; look up how many points ...`. */
export function describeRefusal(refusal: Refusal, frame: FrameName, where: string, station: Station = 'other'): string {
  const { endCode, abnormalCode } = refusal
  const { meaning, advice } = meaningOf(refusal, frame, station)
  const code = hexadecimal(endCode, frame === '1E' ? 2 : 4)
  const abnormal =
    abnormalCode === undefined ? '' : ` (abnormal code ${hexadecimal(abnormalCode, abnormalCode > 0xff ? 4 : 2)})`
  return `end code ${code}${abnormal} at ${where}: ${meaning}; ${advice}`
}

function meaningOf({ endCode, abnormalCode }: Refusal, frame: FrameName, station: Station): Meaning {
  if (frame === '1E') {
    if (abnormalCode === undefined) return endCodes1E.get(endCode) ?? UNKNOWN
    const abnormal = abnormalCode > 0xff ? meaningOfWord(abnormalCode, station) : abnormalCodes.get(abnormalCode)
    return abnormal ?? endCodes1E.get(endCode) ?? UNKNOWN
  }
  return meaningOfWord(endCode, station) ?? UNKNOWN
}

/** What 3E and 4E have for an end code, 1E has for an abnormal code of two bytes, as C201. */
function meaningOfWord(code: number, station: Station): Meaning | undefined {
  const known = endCodes.get(code) ?? ranges.find(({ first, last }) => code >= first && code <= last)
  if (station === 'other') return known
  return ownStation.get(code) ?? (code >= FIRST_NETWORK_CODE ? WRONG_FORM : known)
}
