// Devices that deviate in one to three ways at random, under every transport: what they mean as a value arrives as that value, or
// as null with a reason. FIELD_SEEDS=5000 tries more of them, FIELD_SEED=17 one again (or several: 17,18).

import assert from 'node:assert/strict'
import { isLine } from '../../simulators/modbus/framing'
import { runSeed } from '../support/field-run'
import { scenarioOf } from '../support/field-scenario'
import { LoopLag } from '../support/loop-lag'
import { randomNumbers } from '../support/random'
import { SerialPair } from '../support/serial-pair'

const SEEDS = Number(process.env.FIELD_SEEDS ?? 300)
const AT_A_TIME = 40
const named = (process.env.FIELD_SEED ?? '').split(',').filter((text) => text !== '')
const seeds = named.length > 0 ? named.map(Number) : Array.from({ length: SEEDS }, (_, at) => at + 1)

describe('a reader and devices of the field', function () {
  this.timeout(seeds.length * 3000 + 120_000)
  const lag = new LoopLag()
  after(() => lag.close())

  it('take every value for what it is, or say why there is none', async function () {
    const failures: string[] = []
    const next = seeds.values()
    const work = async (): Promise<void> => {
      for (const seed of next) {
        const line = isLine(scenarioOf(seed, randomNumbers(seed)).transport) ? await SerialPair.open(this) : undefined
        try {
          const complaints = await runSeed(seed, lag, line)
          if (complaints.length > 0) failures.push(`FIELD_SEED=${seed}: ${complaints.join('\n    ')}`)
        } finally {
          await line?.dispose()
        }
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, work))
    assert.equal(
      failures.length,
      0,
      `${failures.length} of ${seeds.length} seeds (the event loop stood still ${lag.times} times):\n${failures.join('\n')}`,
    )
  })
})
