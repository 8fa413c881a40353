// Devices that deviate in one to three ways at random, under every transport: what they mean as a value arrives as that value, or
// as null with a reason. FIELD_SEEDS=5000 tries more of them, FIELD_SEED=17 one again (or several: 17,18).

import assert from 'node:assert/strict'
import { isLine } from '../../simulators/modbus/framing'
import { isWrongValue, runSeed } from '../support/field-run'
import { scenarioOf } from '../support/field-scenario'
import { LoopLag } from '../support/loop-lag'
import { randomNumbers } from '../support/random'
import { SerialPair } from '../support/serial-pair'

const SEEDS = Number(process.env.FIELD_SEEDS ?? 300)
const AT_A_TIME = 40
/** Those whose share of good cycles was too small once, when the machine was busy with all of them. */
const AGAIN_AT_A_TIME = 4
const named = (process.env.FIELD_SEED ?? '').split(',').filter((text) => text !== '')
const seeds = named.length > 0 ? named.map(Number) : Array.from({ length: SEEDS }, (_, at) => at + 1)

describe('a reader and devices of the field', function () {
  this.timeout(seeds.length * 3000 + 120_000)
  const lag = new LoopLag()
  after(() => lag.close())

  it('take every value for what it is, or say why there is none', async function () {
    const complaintsOf = async (seed: number): Promise<string[]> => {
      const line = isLine(scenarioOf(seed, randomNumbers(seed)).transport) ? await SerialPair.open(this) : undefined
      try {
        return await runSeed(seed, lag, line)
      } finally {
        await line?.dispose()
      }
    }
    /** Seeds with something wrong, and what it is. */
    const run = async (some: readonly number[], atATime: number): Promise<Map<number, string[]>> => {
      const wrong = new Map<number, string[]>()
      const next = some.values()
      const work = async (): Promise<void> => {
        for (const seed of next) {
          const complaints = await complaintsOf(seed)
          if (complaints.length > 0) wrong.set(seed, complaints)
        }
      }
      await Promise.all(Array.from({ length: atATime }, work))
      return wrong
    }
    const first = await run(seeds, AT_A_TIME)
    // a wrong value is one, however busy the machine was
    const rare = [...first].filter(([, complaints]) => !complaints.some(isWrongValue)).map(([seed]) => seed)
    const again = await run(rare, AGAIN_AT_A_TIME)
    const failures = [...first]
      .filter(([seed]) => !rare.includes(seed) || again.has(seed))
      .map(([seed, complaints]) => `FIELD_SEED=${seed}: ${(again.get(seed) ?? complaints).join('\n    ')}`)
    assert.equal(
      failures.length,
      0,
      `${failures.length} of ${seeds.length} seeds (the event loop stood still ${lag.times} times):\n${failures.join('\n')}`,
    )
  })
})
