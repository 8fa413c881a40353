// What can be expected of a device with a behaviour: which properties a reader needs to be told, which tags can be good and in how
// many cycles, and who ends connections. Times in ms, of a reader with a timeout of 150 ms and an interval of 250 ms.

import type { Behaviour, Place } from './behaviour'

export type Expectation = {
  /** Of modbus-in. */
  properties: Readonly<Record<string, string | number | boolean>>
  /** From the start on, until the reader has found out what it can find out by itself. */
  settleMs: number
  /** Whether nothing that is asked at this place can be answered. */
  isLost(place: Place): boolean
  /** In how many of the cycles of such a time a tag at this place may be bad. */
  badCycles(place: Place, measured: { cycles: number; ms: number }): number
  endsConnections: boolean
}

/** A unit that has not answered twice in a row is left alone for a second. */
const CYCLES_OF_A_DEMOTION = 5
const NOTHING: Expectation = {
  properties: {},
  settleMs: 500,
  isLost: () => false,
  badCycles: () => 0,
  endsConnections: false,
}
/** A margin for timers, which may be late. */
const MARGIN_MS = 40
/** Waits between attempts to connect, and before a silent unit is asked again, are seconds and are not scaled. */
const BACKOFF_MS = 4000

export function expectationOf(behaviour: Behaviour): Expectation {
  switch (behaviour.kind) {
    case 'own-transactions':
      return needs({ transactionId: 'ignore' })
    case 'answers-as-unit':
      return needs({ answerUnit: 'any' })
    case 'deaf-after-answer':
      return needs({ requestDelay: behaviour.ms + MARGIN_MS })
    case 'registers-max':
      // what is never answered tells nothing of a limit
      return behaviour.how === 'silence' ? needs({ maxRegisters: behaviour.count }) : { ...NOTHING, settleMs: 1500 }
    case 'swallows-at-first':
    case 'dead-if-early':
      return { ...needs({ connectDelay: behaviour.ms + MARGIN_MS }), settleMs: 1000 }
    case 'wide-addresses':
      return { ...NOTHING, settleMs: 2500 }
    case 'never-answers':
      return { ...NOTHING, settleMs: 6000, isLost: (place) => meet(place, behaviour.place) }
    case 'resets-at':
      return {
        ...NOTHING,
        settleMs: 8000,
        isLost: (place) => meet(place, behaviour.place),
        endsConnections: true,
      }
    case 'refuses':
      return { ...NOTHING, settleMs: 1500, isLost: (place) => meet(place, behaviour.place) }
    case 'silent-unit':
      return { ...NOTHING, settleMs: 2500, isLost: ({ unit }) => unit === behaviour.unit }
    case 'refuses-for-a-time':
      return { ...NOTHING, settleMs: behaviour.fromMs + 2 * behaviour.forMs + 1500 }
    // bad in the cycle it happens in, and in the one that finds out that it is over
    case 'refuses-at-times':
      return everySoOften(behaviour.everyMs, 2)
    case 'resets-old':
      return { ...everySoOften(behaviour.ms, 2), endsConnections: true }
    case 'unit-lost-at-times': {
      const { badCycles, ...rest } = everySoOften(behaviour.everyMs, 2)
      return {
        ...rest,
        badCycles: (place, measured) => (place.unit === behaviour.unit ? badCycles(place, measured) : 0),
      }
    }
    case 'busy-at-times':
    case 'late-at-times':
      return everySoOften(behaviour.everyMs, 1)
    case 'loses-answers':
      return {
        ...NOTHING,
        badCycles: (_, { cycles }) => CYCLES_OF_A_DEMOTION * worst(cycles, 2 * (behaviour.percent / 100) ** 2),
      }
    case 'closes-after-answer':
      return { ...NOTHING, settleMs: 2000, endsConnections: true }
    case 'closes-idle':
      return { ...NOTHING, endsConnections: true }
    case 'reboots':
      return {
        ...NOTHING,
        properties: { connectDelay: behaviour.swallowMs + MARGIN_MS },
        settleMs: behaviour.atMs + behaviour.silentMs + BACKOFF_MS,
      }
    case 'rival':
      return { ...needs({ closeAfterCycle: true }), badCycles: () => 1, endsConnections: true }
    case 'exception-length-4':
    case 'extra-byte':
    case 'length-6':
    case 'length-too-small':
    case 'length-garbage':
    case 'carriage-return':
    case 'transaction-0':
    case 'bytes-between':
    case 'slow':
    case 'uneven':
    case 'pieces':
    case 'pause':
    case 'cuts':
    case 'duplicates':
    case 'one-client':
    case 'keeps-place':
      return NOTHING
  }
}

/** Of several behaviours of one device. */
export function together(expectations: readonly Expectation[]): Expectation {
  return {
    properties: Object.assign({}, ...expectations.map(({ properties }) => properties)),
    settleMs: expectations.reduce((sum, { settleMs }) => sum + settleMs, 0),
    isLost: (place) => expectations.some(({ isLost }) => isLost(place)),
    badCycles: (place, measured) => expectations.reduce((sum, { badCycles }) => sum + badCycles(place, measured), 0),
    endsConnections: expectations.some(({ endsConnections }) => endsConnections),
  }
}

export function meet(one: Place, other: Place): boolean {
  if (one.unit !== other.unit || one.area !== other.area) return false
  return one.address < other.address + other.count && other.address < one.address + one.count
}

function needs(properties: Expectation['properties']): Expectation {
  return { ...NOTHING, properties }
}

function everySoOften(everyMs: number, cyclesEach: number): Expectation {
  return { ...NOTHING, badCycles: (_, { ms }) => (Math.floor(ms / everyMs) + 1) * cyclesEach }
}

/** What one of so many does by chance, and hardly ever more often: three standard deviations above the mean. */
function worst(count: number, probability: number): number {
  const mean = count * probability
  return Math.ceil(mean + 3 * Math.sqrt(mean))
}
