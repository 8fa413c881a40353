import assert from 'node:assert/strict'
import { Plant } from '../../../simulators/opcua/plant'

describe('A simulated plant', () => {
  let now = 0
  const plant = new Plant(() => now, 3)
  const value = (name: string) => plant.point(name).current().value.value

  it('has variables of all kinds, and as many more as wished', () => {
    const folders = new Map<string | undefined, number>()
    for (const { name } of plant.places) {
      const [folder] = name.split('.')
      folders.set(folder, (folders.get(folder) ?? 0) + 1)
    }
    assert.deepEqual(
      [...folders],
      [
        ['Types', 20],
        ['Arrays', 22],
        ['Enumerations', 2],
        ['Analog', 2],
        ['Waves', 5],
        ['Access', 2],
        ['Many', 3],
      ],
    )
  })

  it('refuses names that are none, or taken, or not there', () => {
    const add = (name: string) => plant.add({ name, type: 'Byte', setting: { value: 1 } })
    for (const name of ['', 'Late', 'Late.', 'Late.One.Two', 'Types.Byte']) assert.throws(() => add(name), RangeError)
    assert.throws(() => plant.remove('Late.One'), RangeError)
    add('Late.One')
    plant.remove('Late.One')
    assert.throws(() => plant.point('Late.One'), RangeError)
  })

  it('does not keep a place whose value does not fit', () => {
    assert.throws(() => plant.add({ name: 'Late.One', type: 'Byte', setting: { value: 256 } }), RangeError)
    assert.ok(!plant.places.some(({ name }) => name === 'Late.One'))
  })

  it('moves with its clock, until a value is set', () => {
    const point = plant.point('Types.Byte')
    point.set({ wave: { wave: 'counter', start: 254, everyMs: 10 } })
    const seen = [0, 10, 20, 30].map((ms) => {
      now = ms
      return value('Types.Byte')
    })
    assert.deepEqual(seen, [254, 255, 0, 1])
    point.set({ value: 7 })
    now = 1000
    assert.equal(value('Types.Byte'), 7)
    for (const still of ['Types.String', 'Types.Int64', 'Arrays.Double']) {
      assert.throws(() => plant.point(still).set({ wave: { wave: 'sequence' } }), RangeError, still)
    }
  })

  it('changes nothing when a part of a setting is wrong', () => {
    const point = plant.point('Types.Int16')
    const before = point.current()
    for (const wrong of [
      { value: 5, status: 'BadMood' },
      { value: 5, sourceTime: 'soon' },
      { status: 'Bad', value: 'x' },
    ]) {
      assert.throws(() => point.set(wrong), RangeError)
    }
    const after = point.current()
    assert.deepEqual([after.value.value, after.statusCode], [before.value.value, before.statusCode])
  })

  it('holds matrices of whole rows only', () => {
    const point = plant.point('Arrays.Matrix')
    assert.throws(() => point.set({ value: [[1, 2], [3]] }), RangeError)
    assert.throws(() => point.set({ value: 5 }), RangeError)
    point.set({ value: [[1], [2]] })
    assert.deepEqual(point.current().value.dimensions, [2, 1])
  })
})
