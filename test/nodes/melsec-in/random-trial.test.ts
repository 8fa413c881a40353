import assert from 'node:assert/strict'
import type { Request } from '../../../nodes/melsec-in/frames/request'
import type { Answer } from '../../../nodes/melsec-in/link/connection'
import { RandomTrial } from '../../../nodes/melsec-in/random-trial'
import type { Plc } from '../../../nodes/melsec-in/series'

const plc: Plc = { series: 'q', frame: '3E', encoding: 'binary' }
const point: Request = { kind: 'random', words: [{ device: 'D', number: 0 }], doubleWords: [] }
const batch: Request = { kind: 'words', device: 'D', number: 0, words: 1 }
const WORD: Answer = { kind: 'registers', registers: new DataView(new ArrayBuffer(2)) }
const NO: Answer = { kind: 'refused', endCode: 0xc05c }

/** A trial with a clock by hand and a PLC that can be told to refuse. */
function trialOf() {
  const state = { nowMs: 0, refuses: false, asked: 0 }
  const logged: string[] = []
  const trial = new RandomTrial(
    plc,
    { trials: [{ batch, point }], isAllowed: true, nowMs: () => state.nowMs },
    (level) => logged.push(level),
  )
  const ask = async (request: Request): Promise<Answer> => {
    if (request.kind === 'random') state.asked++
    return request.kind === 'random' && state.refuses ? NO : WORD
  }
  const cycle = async (): Promise<void> => {
    trial.begin()
    if (trial.isDue === 'before') await trial.run(ask)
    await trial.askBlock(trial.isInUse ? point : batch, ask)
    if (trial.end() === 'doubtful') await trial.run(ask)
    if (trial.isDue === 'behind') await trial.run(ask)
  }
  return { trial, state, logged, cycle }
}

describe('the trial of random reads', () => {
  it('sets them aside when they are refused, tries them ever more rarely, and has them back', async () => {
    const { trial, state, logged, cycle } = trialOf()
    await cycle()
    assert.equal(trial.isInUse, true)
    state.refuses = true
    await cycle()
    assert.deepEqual([trial.isOver, trial.isGivenUp], [true, false])
    assert.match(trial.takeNews() ?? '', /any more: it refuses it with end code C05C, /)
    const { asked } = state
    for (const [nowMs, more] of [
      [59_000, 0],
      [60_000, 1],
      [179_000, 1],
      [180_000, 2],
    ] as const) {
      state.nowMs = nowMs
      for (let times = 0; times < 3; times++) await cycle()
      assert.equal(state.asked - asked, more, `at ${nowMs} ms`)
    }
    assert.equal(trial.takeNews(), undefined)
    assert.deepEqual(logged, ['warn', 'debug', 'debug'])
    state.refuses = false
    state.nowMs = 180_000 + 240_000
    await cycle()
    await cycle()
    assert.equal(trial.isInUse, true)
  })
})
