import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { PARALLEL_STARTS, PLACE_HELD_MS, SpawnGate } from '../../../nodes/collector-supervisor/spawn-gate'

describe('the gate before processes that start', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  /** So many want to start; what has started, and the functions that give places back. */
  const crowd = (size: number): { started: number[]; leave(who: number): void } => {
    const gate = new SpawnGate()
    const started: number[] = []
    const leaves = new Map<number, () => void>()
    for (let who = 0; who < size; who++) {
      gate.enter((leave) => {
        started.push(who)
        leaves.set(who, leave)
      })
    }
    return { started, leave: (who) => leaves.get(who)?.() }
  }

  it('lets four through at once', () => {
    assert.deepEqual(crowd(10).started, [0, 1, 2, 3])
    assert.equal(PARALLEL_STARTS, 4)
  })

  it('lets the next one through when one is ready, in the order in which they came', () => {
    const { started, leave } = crowd(7)
    leave(2)
    assert.deepEqual(started, [0, 1, 2, 3, 4])
    leave(4)
    leave(0)
    assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6])
  })

  it('lets four through again when all have left', () => {
    const gate = new SpawnGate()
    for (let round = 0; round < 3; round++) {
      const leaves: (() => void)[] = []
      for (let who = 0; who < PARALLEL_STARTS; who++) gate.enter((leave) => leaves.push(leave))
      assert.equal(leaves.length, PARALLEL_STARTS)
      for (const leave of leaves) leave()
    }
  })

  it('gives one place for one, however often it is given back', () => {
    const { started, leave } = crowd(7)
    for (let time = 0; time < 3; time++) leave(0)
    assert.equal(started.length, 5)
  })

  it('waits for no one longer than two seconds', () => {
    const { started, leave } = crowd(10)
    mock.timers.tick(PLACE_HELD_MS - 1)
    assert.equal(started.length, 4)
    mock.timers.tick(1)
    assert.equal(started.length, 8)
    leave(0)
    assert.equal(started.length, 8)
    mock.timers.tick(PLACE_HELD_MS)
    assert.equal(started.length, 10)
  })

  it('goes on with the next one if one gives up at once', () => {
    const gate = new SpawnGate()
    const leaves: (() => void)[] = []
    for (let who = 0; who < PARALLEL_STARTS; who++) gate.enter((leave) => leaves.push(leave))
    let given = 0
    for (let who = 0; who < 1000; who++) {
      gate.enter((leave) => {
        given++
        leave()
      })
    }
    assert.equal(given, 0)
    leaves[0]?.()
    assert.equal(given, 1000)
  })
})
