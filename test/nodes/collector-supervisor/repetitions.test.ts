import assert from 'node:assert/strict'
import { Repetitions } from '../../../nodes/collector-supervisor/repetitions'

describe('warnings that come again', () => {
  it('are told at once, then once a minute with their number', () => {
    const repetitions = new Repetitions()
    const told = Array.from({ length: 121_000 / 100 }, (_, index) => repetitions.tell('no files left', index * 100))
    assert.deepEqual(
      told.filter((text) => text !== undefined),
      [
        'no files left',
        'no files left (and 599 times since this was last said)',
        'no files left (and 599 times since this was last said)',
      ],
    )
  })

  it('are told each if they are different', () => {
    const repetitions = new Repetitions()
    assert.deepEqual(
      [repetitions.tell('a', 0), repetitions.tell('b', 0), repetitions.tell('a', 1)],
      ['a', 'b', undefined],
    )
  })

  it('are the same if their key is', () => {
    const repetitions = new Repetitions()
    assert.equal(repetitions.tell('EMFILE: open a', 0, 'EMFILE'), 'EMFILE: open a')
    assert.equal(repetitions.tell('EMFILE: open b', 0, 'EMFILE'), undefined)
  })

  it('are no news without a repetition', () => {
    const repetitions = new Repetitions()
    repetitions.tell('a', 0)
    assert.equal(repetitions.tell('a', 60_000), 'a')
  })

  it('take no more memory the more there are', () => {
    const repetitions = new Repetitions()
    for (let index = 0; index < 10_000; index++) assert.ok(repetitions.tell(`text ${index}`, 0))
  })
})
