// Notifications that come late, twice, out of order or never, with structures that are known, described late, broken, or unknown:
// what is shown in the end is the newest that the server has sent, and nothing good is ever older than what was shown before it.
// OPCUA_SEEDS=1000 tries more of them, OPCUA_SEED=17 one again (or several: 17,18).

import assert from 'node:assert/strict'
import { isWrongShown, runOpcuaSeed } from '../support/opcua-random-run'

const SEEDS = Number(process.env.OPCUA_SEEDS ?? 100)
const AT_A_TIME = 6
/** Those that were only too slow once, when the machine was busy. */
const AGAIN_AT_A_TIME = 1
const named = (process.env.OPCUA_SEED ?? '').split(',').filter((text) => text !== '')
const seeds = named.length > 0 ? named.map(Number) : Array.from({ length: SEEDS }, (_, at) => at + 1)

describe('an OPC UA reader and a server whose messages go astray', function () {
  this.timeout(seeds.length * 1500 + 120_000)

  it('come to the newest value that was sent, and never back to an older one', async () => {
    const first = await run(seeds, AT_A_TIME)
    const slow = [...first].filter(([, complaints]) => !complaints.some(isWrongShown)).map(([seed]) => seed)
    const again = await run(slow, AGAIN_AT_A_TIME)
    const failures = [...first]
      .filter(([seed]) => !slow.includes(seed) || again.has(seed))
      .map(([seed, complaints]) => `OPCUA_SEED=${seed}: ${(again.get(seed) ?? complaints).join('\n    ')}`)
    assert.equal(failures.length, 0, `${failures.length} of ${seeds.length} seeds:\n${failures.join('\n')}`)
  })
})

/** Seeds with something wrong, and what it is. */
async function run(some: readonly number[], atATime: number): Promise<Map<number, string[]>> {
  const wrong = new Map<number, string[]>()
  const next = some.values()
  const work = async (): Promise<void> => {
    for (const seed of next) {
      const complaints = await runOpcuaSeed(seed)
      if (complaints.length > 0) wrong.set(seed, complaints)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return wrong
}
