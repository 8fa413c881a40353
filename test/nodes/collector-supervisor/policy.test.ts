// Delays, limits and counts of restarts, as tables.

import assert from 'node:assert/strict'
import { parseFields } from '../../../lib/contract/fields'
import { supervisorFields } from '../../../nodes/collector-supervisor/fields'
import {
  countExit,
  type Exits,
  FLAPPING_EXITS,
  FLAPPING_WINDOW_MS,
  policyOf,
  type RestartPolicy,
  restartDelay,
  restartLimit,
} from '../../../nodes/collector-supervisor/policy'

const POLICY: RestartPolicy = {
  autoRestart: true,
  maxRestarts: 10,
  restartDelayMs: 1_000,
  restartDelayMaxMs: 60_000,
  slowRetryMs: 900_000,
  stopTimeoutMs: 10_000,
}
const NO_EXITS: Exits = { consecutive: 0, recent: [] }

describe('the delay before a restart', () => {
  const table: { step: number; chance: number; ms: number; policy?: RestartPolicy }[] = [
    { step: 0, chance: 0, ms: 1_000 },
    { step: 1, chance: 0, ms: 2_000 },
    { step: 5, chance: 0, ms: 32_000 },
    { step: 6, chance: 0, ms: 60_000 },
    { step: 1000, chance: 0, ms: 60_000 },
    { step: 0, chance: 0.5, ms: 1_125 },
    { step: 1000, chance: 0.999_999, ms: 75_000 },
    { step: 0, chance: 0, ms: 333, policy: { ...POLICY, restartDelayMs: 333.3 } },
    { step: 0, chance: 0, ms: 500, policy: { ...POLICY, restartDelayMaxMs: 500 } },
  ]
  for (const { step, chance, ms, policy = POLICY } of table) {
    it(`is ${ms} ms after ${step} in a row, by chance ${chance}`, () => {
      assert.equal(restartDelay(step, chance, policy), ms)
    })
  }
})

describe('the exits of a process', () => {
  it('count in a row, and by the hour', () => {
    const exits = countExit(countExit(NO_EXITS, 1_000), FLAPPING_WINDOW_MS)
    assert.deepEqual(exits, { consecutive: 2, recent: [1_000, FLAPPING_WINDOW_MS] })
    const later = countExit(exits, FLAPPING_WINDOW_MS + 1_000)
    assert.deepEqual(later, { consecutive: 3, recent: [FLAPPING_WINDOW_MS, FLAPPING_WINDOW_MS + 1_000] })
  })

  it('do not fill the memory of a gateway that runs for years', () => {
    let exits = NO_EXITS
    for (let minute = 0; minute < 10_000; minute++) exits = countExit(exits, minute * 60_000)
    assert.equal(exits.recent.length, 60)
  })
})

describe('a process is given up', () => {
  const often = (count: number, at = 0): number[] => new Array(count).fill(at)
  const table: {
    when: string
    exits: Exits
    now?: number
    policy?: Partial<RestartPolicy>
    why: RegExp | undefined
  }[] = [
    { when: 'never at its first exit', exits: { consecutive: 1, recent: [0] }, why: undefined },
    { when: 'not yet after 10 exits in a row', exits: { consecutive: 10, recent: [] }, why: undefined },
    { when: 'after the 11th', exits: { consecutive: 11, recent: [] }, why: /^gave up after 10 restarts in a row$/ },
    {
      when: 'at once if it may not be restarted at all',
      exits: { consecutive: 1, recent: [] },
      policy: { maxRestarts: 0 },
      why: /after 0 restarts/,
    },
    {
      when: 'at once if automatic restart is off',
      exits: { consecutive: 1, recent: [] },
      policy: { autoRestart: false },
      why: /^automatic restart is off$/,
    },
    { when: 'not yet after 29 exits in an hour', exits: { consecutive: 1, recent: often(29) }, why: undefined },
    {
      when: 'after the 30th',
      exits: { consecutive: 1, recent: often(FLAPPING_EXITS) },
      why: /^gave up: 30 unexpected exits within an hour$/,
    },
    {
      when: 'not for exits of an hour ago',
      exits: { consecutive: 1, recent: often(FLAPPING_EXITS) },
      now: FLAPPING_WINDOW_MS,
      why: undefined,
    },
  ]
  for (const { when, exits, now = 0, policy, why } of table) {
    it(when, () => {
      const limit = restartLimit(exits, now, { ...POLICY, ...policy })
      if (why) assert.match(limit ?? '', why)
      else assert.equal(limit, undefined)
    })
  }
})

describe('the policy of a supervisor', () => {
  it('is in ms what its properties say in seconds', () => {
    const parsed = parseFields(supervisorFields, { slowRetry: 600, restartDelay: '0.5' })
    assert.ok(parsed.ok)
    assert.deepEqual(policyOf(parsed.value), { ...POLICY, slowRetryMs: 600_000, restartDelayMs: 500 })
  })
})
