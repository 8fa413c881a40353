// The ways in which Modbus devices of the field differ from the protocol, each found in public reports. A simulated device may
// have several at once. Durations in ms, addresses as on the wire.

import type { Stray, StrayPlace } from '../../faults/stray-bytes'
import type { Area, Range } from '../memory'

export type Place = Range & { unit: number; area: Area }

/**
 * What is wrong with the frames of answers.
 * `exception-length-4`  an exception frame, of 9 bytes, announces 4 bytes behind its length field
 * `extra-byte`          one byte more than the byte count says, counted in the length
 * `length-6`            the length field always says 6
 * `length-too-small`    it says one byte fewer than there are
 * `length-garbage`      it always says this, whatever there is
 * `carriage-return`     one comes behind each answer, outside its length
 * `own-transactions`    the transaction ids of answers are a counter of the device's own, `transaction-0`: always 0
 * `answers-as-unit`     whatever unit was asked
 * `bytes-between`       bytes that are no Modbus, as the heartbeats of gateways
 */
export type FrameBehaviour =
  | { kind: 'exception-length-4' | 'extra-byte' | 'length-6' | 'length-too-small' | 'carriage-return' }
  | { kind: 'length-garbage'; length: 0 | 300 | 65535 }
  | { kind: 'own-transactions' | 'transaction-0' }
  | { kind: 'answers-as-unit'; unit: number }
  | { kind: 'bytes-between'; filler: Filler; place: StrayPlace }

export const FILLERS = ['0xff', 'text'] as const satisfies readonly Stray[]
export type Filler = (typeof FILLERS)[number]

/**
 * What is answered.
 * `wide-addresses`       each address of the place holds `width` registers, of which the last is the one in the memory
 * `never-answers`        nothing comes back to a request that touches the place; `resets-at`: its connection is reset
 * `refuses`              such a request is refused with this code
 * `refuses-for-a-time`   so it is for `forMs`, from `fromMs` after the start on
 * `refuses-at-times`     one request is refused every so often, whatever it asks for
 * `registers-max`        a request for more registers is refused (2, 3), or not answered
 * `silent-unit`          nothing comes back from this unit
 * `busy-at-times`        one request every so often is answered with 5 or 6
 * `unit-lost-at-times`   one request to the unit every so often is answered with 10 or 11 by the gateway
 */
export type AnswerBehaviour =
  | { kind: 'wide-addresses'; place: Place; width: 2 | 4 }
  | { kind: 'never-answers' | 'resets-at'; place: Place }
  | { kind: 'refuses'; place: Place; code: number }
  | { kind: 'refuses-for-a-time'; place: Place; code: number; fromMs: number; forMs: number }
  | { kind: 'refuses-at-times'; code: number; everyMs: number }
  | { kind: 'registers-max'; count: number; how: 2 | 3 | 'silence' }
  | { kind: 'silent-unit'; unit: number }
  | { kind: 'busy-at-times'; code: 5 | 6; everyMs: number }
  | { kind: 'unit-lost-at-times'; unit: number; code: 10 | 11; everyMs: number }

/**
 * When answers come, and in how many pieces.
 * `slow`              every answer takes so long; `uneven`: between these times
 * `late-at-times`     one answer every so often takes so long
 * `loses-answers`     so many of a hundred, by chance
 * `pieces`            an answer comes in segments of so many bytes; `pause`: it stops for so long after so many bytes
 * `cuts`              an answer of more bytes ends after so many
 * `duplicates`        every answer comes once more
 * `deaf-after-answer` a request that comes within this time behind an answer is lost
 */
export type TimeBehaviour =
  | { kind: 'slow'; ms: number }
  | { kind: 'uneven'; fromMs: number; toMs: number }
  | { kind: 'late-at-times'; everyMs: number; ms: number }
  | { kind: 'loses-answers'; percent: number }
  | { kind: 'pieces' | 'cuts'; bytes: number }
  | { kind: 'pause'; afterBytes: number; ms: number }
  | { kind: 'duplicates'; afterMs: number }
  | { kind: 'deaf-after-answer'; ms: number }

/**
 * How connections begin and end.
 * `closes-after-answer`    one answer a connection
 * `closes-idle`            a connection without a request for so long is closed
 * `resets-old`             a connection that has stood for so long is reset in the place of an answer
 * `swallows-at-first`      what comes within this time after connecting is lost
 * `dead-if-early`          a connection that brings a request within this time is never answered
 * `reboots`                once, at `atMs`, it is silent for `silentMs`; it forgets its connections, and then swallows at first
 * `one-client`             a second connection is turned away
 * `keeps-place`            the same, and the place of a client that has gone stays taken for `holdMs`
 * `rival`                  another program takes the place of a client that has gone, for `holdMs`
 */
export type ConnectionBehaviour =
  | { kind: 'closes-after-answer' }
  | { kind: 'closes-idle'; ms: number }
  | { kind: 'resets-old'; ms: number }
  | { kind: 'swallows-at-first'; ms: number }
  | { kind: 'dead-if-early'; ms: number }
  | { kind: 'reboots'; atMs: number; silentMs: number; swallowMs: number }
  | { kind: 'one-client'; turnAway: 'reset' | 'close' | 'silent' }
  | { kind: 'keeps-place'; holdMs: number; turnAway: 'refuse' | 'reset' | 'close' }
  | { kind: 'rival'; holdMs: number; turnAway: 'reset' | 'close' }

export type Behaviour = FrameBehaviour | AnswerBehaviour | TimeBehaviour | ConnectionBehaviour
export type BehaviourKind = Behaviour['kind']
