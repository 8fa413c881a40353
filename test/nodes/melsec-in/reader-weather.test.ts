// What a network and a hostile PLC can do to answers, over real sockets: words of the same shape from two places, which hold
// their own numbers, so that an answer that lands on another request is seen.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { encodings, frameNames, type Plc } from '../../../nodes/melsec-in/series'
import type { InjectedFault } from '../../../simulators/faults/injected-fault'
import { melsecCorruptions } from '../../../simulators/melsec/corruptions'
import { TRANSPORTS, type Transport } from '../../../simulators/melsec/melsec-device'
import { registers } from './config'
import { closeAll, never, pairOf } from './reader-bench'

/** Two requests of one length, and more points than a random read has. */
const COUNT = 200
const PLACES = [0, 1000]
const TIMEOUT_MS = 25
/** A PLC that has just been left may need a moment to see it. */
const RECOVERY_MS = 10_000

const weather: readonly InjectedFault[] = [
  { kind: 'split', bytes: 1, gapMs: 0 },
  { kind: 'split', bytes: 7, gapMs: 1 },
  { kind: 'delay', ms: TIMEOUT_MS + 20 },
  { kind: 'latency', ms: TIMEOUT_MS + 20 },
  { kind: 'join', replies: 2 },
  { kind: 'reorder' },
  { kind: 'repeat', copies: 2 },
  { kind: 'duplicate', afterMs: 0 },
  { kind: 'duplicate', afterMs: 5 },
  { kind: 'echo' },
  { kind: 'garbage', place: 'before', bytes: 9 },
  { kind: 'garbage', place: 'after', bytes: 9 },
  { kind: 'garbage', place: 'instead', bytes: 5000 },
  { kind: 'noise', bytes: 30, afterMs: 0 },
  { kind: 'noise', bytes: 30, afterMs: 5 },
  { kind: 'silent' },
  { kind: 'reset-at-connect' },
  { kind: 'reset-at-request', request: 2 },
  { kind: 'reset-in-reply', afterBytes: 13 },
]

/**
 * TCP does not send anything twice, and a PLC has no reason to. If it did, nothing in 3E and 1E would tell the second copy from the
 * next answer of that length.
 */
function weatherOf({ frame }: Plc, transport: Transport): readonly InjectedFault[] {
  return transport === 'tcp' && frame !== '4E' ? weather.filter(({ kind }) => kind !== 'duplicate') : weather
}

/** Whole answers without values, to which the connection is kept. */
const ANSWERS = ['error-without-information', 'fewer-points', 'more-points', 'no-data', 'route', 'not-hex']
const isRefusal = (fault: InjectedFault): boolean => fault.kind === 'corrupt' && ANSWERS.includes(fault.what)

/** Opens where it has to; a Fault where it could not read. */
async function attempt(reader: Reader): Promise<Reading | Fault> {
  try {
    return await reader.read(never).catch(async (thrown) => {
      if (!(thrown instanceof Fault) || thrown.code !== 'not-connected') throw thrown
      await reader.open(never)
      return await reader.read(never)
    })
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, String(thrown))
    assert.ok(thrown.kind === 'link' || thrown.kind === 'protocol', thrown.message)
    await reader.close()
    return thrown
  }
}

function goodOf(reading: Reading | Fault, expected: readonly number[]): number {
  if (reading instanceof Fault) return 0
  reading.values.forEach((value, column) => {
    if (value === null) assert.ok(reading.bad.has(column))
    else assert.equal(value, expected[column], `column ${column}`)
  })
  return expected.length - reading.bad.size
}

describe('a reader in bad weather', () => {
  afterEach(closeAll)

  const tags = PLACES.flatMap((first) => registers(COUNT, first))
  const expected = PLACES.flatMap((first) => Array.from({ length: COUNT }, (_, at) => first + at))

  for (const frame of frameNames) {
    for (const encoding of encodings) {
      for (const transport of TRANSPORTS) {
        it(`never gives a wrong value, and recovers by itself: ${frame} ${encoding} over ${transport}`, async () => {
          const plc: Plc = { series: 'q', frame, encoding }
          const { device, reader } = await pairOf(plc, transport, tags, { timeout: TIMEOUT_MS, interval: 100 })
          for (const number of expected) device.memory.set('D', number, number)
          const corruptions = Object.keys(melsecCorruptions(encoding, [frame]))
          const faults = [
            ...weatherOf(plc, transport),
            ...corruptions.map((what): InjectedFault => ({ kind: 'corrupt', what })),
          ]
          for (const fault of faults) {
            for (const every of [1, 2]) {
              device.door.faults.set([{ ...fault, every }])
              for (let cycle = 0; cycle < 2; cycle++) goodOf(await attempt(reader), expected)
            }
            device.door.faults.set([])
            // what the PLC has no value for is tried again after a minute, or with the next connection
            if (isRefusal(fault)) await reader.close()
            const endsAtMs = performance.now() + RECOVERY_MS
            let good = 0
            while (good < expected.length && performance.now() < endsAtMs) {
              good = goodOf(await attempt(reader), expected)
              if (good < expected.length) await delay(10)
            }
            assert.equal(good, expected.length, `after ${JSON.stringify(fault)}`)
          }
        })
      }
    }
  }
})
