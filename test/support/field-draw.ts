// Behaviours at random: which of them a transport can have, with what numbers, and which ones contradict each other.

import { STRAY_PLACES } from '../../simulators/faults/stray-bytes'
import type { Behaviour, BehaviourKind, Place } from '../../simulators/modbus/behaviours/behaviour'
import { FILLERS } from '../../simulators/modbus/behaviours/behaviour'
import type { ModbusTransport } from '../../simulators/modbus/framing'

export class Draw {
  readonly #chance: () => number

  /** @param chance from [0, 1) */
  constructor(chance: () => number) {
    this.#chance = chance
  }

  one<T>(from: readonly T[]): T {
    const drawn = from[Math.floor(this.#chance() * from.length)]
    if (drawn === undefined) throw new RangeError('nothing to draw from')
    return drawn
  }

  whole(from: number, to: number): number {
    return from + Math.floor(this.#chance() * (to - from + 1))
  }

  happens(probability: number): boolean {
    return this.#chance() < probability
  }
}

const MBAP: readonly ModbusTransport[] = ['tcp', 'udp']
const STREAMS: readonly ModbusTransport[] = ['tcp', 'rtu-over-tcp', 'ascii-over-tcp']
const LINES: readonly ModbusTransport[] = ['rtu', 'ascii']
const ALL: readonly ModbusTransport[] = [...STREAMS, ...LINES, 'udp']
const CUT = [...STREAMS, ...LINES]

/**
 * Where a behaviour can be found, and what of a device it takes: two that take the same of it cannot be told apart, or leave no way to
 * be read:
 * `length`      a frame is found by its length, or else by all the rest of it
 * `identity`    an answer is told from others by transaction and unit, or else by coming once, in time and alone
 * `stray`       bytes that belong to no answer
 * `again`       an answer that may come while another one is waited for
 * `pace`        the time of an answer, which has to fit into the timeout
 * `connection`  when one begins and ends
 * `alive`       that a unit is there: when it seems dead it is left alone for seconds, which are not scaled
 * `search`      the first seconds, in which a reader finds out which addresses there are
 * `between`     the time between the cycles, which is somebody else's
 */
type Aspect = 'length' | 'identity' | 'stray' | 'again' | 'pace' | 'connection' | 'alive' | 'search' | 'between'
type Kind = { transports: readonly ModbusTransport[]; takes: readonly Aspect[] }

const KINDS: Record<BehaviourKind, Kind> = {
  'exception-length-4': { transports: MBAP, takes: ['length'] },
  'extra-byte': { transports: MBAP, takes: ['length', 'identity', 'stray'] },
  'length-6': { transports: MBAP, takes: ['length', 'identity', 'stray'] },
  'length-too-small': { transports: MBAP, takes: ['length', 'identity', 'stray'] },
  'length-garbage': { transports: MBAP, takes: ['length'] },
  'carriage-return': { transports: ALL, takes: ['stray'] },
  'own-transactions': { transports: MBAP, takes: ['identity', 'again'] },
  'transaction-0': { transports: MBAP, takes: ['identity', 'again'] },
  'answers-as-unit': { transports: MBAP, takes: ['identity'] },
  'bytes-between': { transports: CUT, takes: ['stray'] },
  'wide-addresses': { transports: ALL, takes: [] },
  'never-answers': { transports: ALL, takes: ['search', 'between'] },
  'resets-at': { transports: STREAMS, takes: ['search', 'between', 'connection'] },
  refuses: { transports: ALL, takes: [] },
  'refuses-for-a-time': { transports: ALL, takes: ['search'] },
  'refuses-at-times': { transports: ALL, takes: [] },
  'registers-max': { transports: ALL, takes: ['search'] },
  'silent-unit': { transports: ALL, takes: ['between'] },
  'busy-at-times': { transports: ALL, takes: [] },
  'unit-lost-at-times': { transports: ALL, takes: ['alive'] },
  slow: { transports: ALL, takes: ['pace', 'between'] },
  uneven: { transports: ALL, takes: ['pace', 'between'] },
  'late-at-times': { transports: ALL, takes: ['pace', 'again', 'alive', 'between'] },
  'loses-answers': { transports: ALL, takes: ['alive', 'between'] },
  pieces: { transports: CUT, takes: ['pace', 'between'] },
  pause: { transports: CUT, takes: ['pace', 'between'] },
  cuts: { transports: [], takes: [] },
  duplicates: { transports: ALL, takes: ['again'] },
  'deaf-after-answer': { transports: ALL, takes: ['between'] },
  'closes-after-answer': { transports: STREAMS, takes: ['connection'] },
  'closes-idle': { transports: STREAMS, takes: ['connection'] },
  'resets-old': { transports: STREAMS, takes: ['connection', 'alive'] },
  'swallows-at-first': { transports: STREAMS, takes: ['connection'] },
  'dead-if-early': { transports: STREAMS, takes: ['connection'] },
  reboots: { transports: STREAMS, takes: ['connection', 'alive'] },
  'one-client': { transports: STREAMS, takes: ['connection'] },
  'keeps-place': { transports: STREAMS, takes: ['connection'] },
  rival: { transports: STREAMS, takes: ['connection', 'between'] },
}

/** `between` is shared by all but the one who is there meanwhile. */
function contradict(one: BehaviourKind, other: BehaviourKind): boolean {
  if (one === other) return true
  const isRival = one === 'rival' || other === 'rival'
  return KINDS[one].takes.some((aspect) => KINDS[other].takes.includes(aspect) && (aspect !== 'between' || isRival))
}

/** One to three kinds that go together. */
export function drawKinds(draw: Draw, transport: ModbusTransport): BehaviourKind[] {
  const all = Object.keys(KINDS).filter(isKind)
  let left = all.filter((kind) => KINDS[kind].transports.includes(transport))
  const drawn: BehaviourKind[] = []
  for (let count = draw.whole(1, 3); count > 0 && left.length > 0; count--) {
    const kind = draw.one(left)
    drawn.push(kind)
    left = left.filter((other) => !contradict(kind, other))
  }
  return drawn
}

function isKind(name: string): name is BehaviourKind {
  return name in KINDS
}

/** With numbers that suit a timeout of 150 ms and an interval of 250 ms. */
export function drawBehaviour(
  draw: Draw,
  kind: BehaviourKind,
  { transport, places, wide }: { transport: ModbusTransport; places: readonly Place[]; wide: Place },
): Behaviour {
  switch (kind) {
    case 'answers-as-unit':
      return { kind, unit: draw.one([0, 0, 255]) }
    case 'bytes-between': {
      const where = STRAY_PLACES.filter((place) => place !== 'on-connect' || STREAMS.includes(transport))
      return { kind, filler: draw.one(FILLERS), place: draw.one(where) }
    }
    case 'length-garbage':
      return { kind, length: draw.one([0, 300, 65535]) }
    case 'wide-addresses':
      return { kind, place: wide, width: draw.one([2, 4]) }
    case 'never-answers':
    case 'resets-at':
      return { kind, place: { ...draw.one(places), count: 1 } }
    case 'refuses':
      return { kind, place: { ...draw.one(places), count: 1 }, code: draw.one([0, 2, 3, 4, 7, 8, 9, 12, 128, 1]) }
    case 'refuses-for-a-time':
      return { kind, place: draw.one(places), code: draw.one([2, 4]), fromMs: 1500, forMs: draw.one([300, 1000]) }
    case 'refuses-at-times':
      return { kind, code: draw.one([2, 3, 4]), everyMs: 2000 }
    case 'registers-max':
      return { kind, count: draw.one([4, 8, 16]), how: draw.one([2, 3, 'silence']) }
    case 'silent-unit':
      return { kind, unit: draw.one(places).unit }
    case 'busy-at-times':
      return { kind, code: draw.one([5, 6]), everyMs: 1500 }
    case 'unit-lost-at-times':
      return { kind, unit: draw.one(places).unit, code: draw.one([10, 11]), everyMs: 2500 }
    case 'slow':
      return { kind, ms: draw.whole(20, 80) }
    case 'uneven':
      return { kind, fromMs: 0, toMs: draw.whole(20, 80) }
    case 'late-at-times':
      return { kind, everyMs: 2000, ms: draw.whole(170, 270) }
    case 'loses-answers':
      return { kind, percent: draw.whole(1, 5) }
    case 'pieces':
    case 'cuts':
      return { kind, bytes: draw.whole(4, 40) }
    case 'pause':
      return { kind, afterBytes: draw.whole(1, 12), ms: draw.whole(5, 40) }
    case 'duplicates':
      return { kind, afterMs: draw.one([0, 2, 20]) }
    case 'deaf-after-answer':
      return { kind, ms: draw.whole(5, 30) }
    case 'closes-idle':
      return { kind, ms: draw.whole(120, 180) }
    case 'resets-old':
      return { kind, ms: 2500 }
    case 'swallows-at-first':
    case 'dead-if-early':
      return { kind, ms: draw.whole(50, 300) }
    case 'reboots':
      return { kind, atMs: 1500, silentMs: draw.whole(300, 900), swallowMs: draw.whole(30, 150) }
    case 'one-client':
      return { kind, turnAway: draw.one(['reset', 'close', 'silent']) }
    case 'keeps-place':
      return { kind, holdMs: draw.whole(300, 900), turnAway: draw.one(['refuse', 'reset', 'close']) }
    case 'rival':
      return { kind, holdMs: 60, turnAway: draw.one(['reset', 'close']) }
    default:
      return { kind }
  }
}
