// Exception codes of a Modbus device in words: what the device says, and what to look at next.
// MODBUS Application Protocol V1.1b3, clause 7; code 7 is of the older Modicon protocol (PI-MBUS-300 Rev. J, appendix A).

import type { Concern } from '../../lib/polling/protocol'
import type { Area } from './addresses'

type ExceptionText = { concern: Concern; meaning: string; advice: string }

// biome-ignore format: a table, one line a code
const exceptions = new Map<number, ExceptionText>([
  [1, { concern: 'area', meaning: 'the device cannot be asked for a %', advice: 'are its values in another area?' }],
  [2, { concern: 'address', meaning: 'the device has no such %', advice: 'is the list one-based?' }],
  [3, { concern: 'address', meaning: 'the device does not accept this request', advice: 'allow fewer registers per request' }],
  [4, { concern: 'address', meaning: 'the device failed to read it', advice: 'look at its own diagnostics, and whether it has this %' }],
  [5, { concern: 'busy', meaning: 'the device needs longer to answer', advice: 'lengthen the interval' }],
  [6, { concern: 'busy', meaning: 'the device is busy', advice: 'lengthen the interval, or let fewer clients ask it' }],
  [7, { concern: 'request', meaning: 'the device cannot do what it was asked for', advice: 'look at its own diagnostics, and whether it is programmed to be read' }],
  [8, { concern: 'request', meaning: 'the device found an error in its memory', advice: 'it may need service' }],
  [10, { concern: 'unit', meaning: 'the gateway has no path to the unit', advice: "check the unit id and the gateway's settings" }],
  [11, { concern: 'unit', meaning: 'the unit does not answer the gateway', advice: 'check the unit id, its wiring and its power' }],
])

const unknownException: ExceptionText = {
  concern: 'request',
  meaning: 'a code that the protocol does not define',
  advice: "look it up in the device's manual",
}

const nouns: Record<Area, string> = {
  coil: 'coil',
  discrete: 'discrete input',
  input: 'input register',
  holding: 'register',
}

export function concernOf(code: number): Concern {
  return (exceptions.get(code) ?? unknownException).concern
}

/** `exception 2 at holding 40124 (wire 123): the device has no such register; is the list one-based?` */
export function describeException(code: number, area: Area, where: string): string {
  const { meaning, advice } = exceptions.get(code) ?? unknownException
  return `exception ${code} at ${where}: ${`${meaning}; ${advice}`.replace('%', nouns[area])}`
}
