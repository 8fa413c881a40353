// A device, or a gateway before it, that sends bytes which belong to no frame of its protocol.

import type { Character, Habit } from './character'
import type { Step } from './reply-script'

export const STRAYS = ['cr', 'cr-lf', '0x00', '0xff', 'text'] as const
export type Stray = (typeof STRAYS)[number]
/** `apart`: some ms after each answer, by itself. */
export const STRAY_PLACES = ['on-connect', 'before', 'behind', 'apart'] as const
export type StrayPlace = (typeof STRAY_PLACES)[number]

const bytesOf: Record<Stray, Buffer> = {
  cr: Buffer.from('\r'),
  'cr-lf': Buffer.from('\r\n'),
  '0x00': Buffer.of(0x00),
  '0xff': Buffer.of(0xff),
  text: Buffer.from('heartbeat 17'),
}
/** After an answer, ms. */
const APART_MS = 20

export function strayBytes(stray: Stray, place: StrayPlace): Character {
  const bytes = bytesOf[stray]
  return { client: () => habitOf(bytes, place) }
}

function habitOf(bytes: Buffer, place: StrayPlace): Habit {
  const step: Step = { do: 'send', bytes }
  switch (place) {
    case 'on-connect':
      return { greeting: () => [step] }
    case 'before':
      return { send: (steps) => [step, ...steps] }
    case 'behind':
      return { frame: (answer) => Buffer.concat([answer, bytes]) }
    case 'apart':
      return { send: (steps) => [...steps, { do: 'postpone', ms: APART_MS }, step] }
  }
}
