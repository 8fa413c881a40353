import assert from 'node:assert/strict'
import { allOf, DeviceMemory, ModbusException } from '../../../simulators/modbus/memory'

const refusedWith = (code: number) => (error: unknown) =>
  error instanceof ModbusException && error.modbusErrorCode === code

describe('The memory of a simulated Modbus device', () => {
  let now = 0
  let memory = new DeviceMemory(() => now)
  beforeEach(() => {
    now = 0
    memory = new DeviceMemory(() => now)
  })

  it('keeps the four areas apart', () => {
    memory.set('holding', 5, 1000, 2000)
    memory.set('input', 5, 3000)
    memory.set('coil', 5, 1)
    memory.set('discrete', 6, 1)
    assert.deepEqual(memory.read('holding', 5, 2), [1000, 2000])
    assert.deepEqual(memory.read('input', 5, 2), [3000, 0])
    assert.deepEqual(memory.read('coil', 5, 2), [1, 0])
    assert.deepEqual(memory.read('discrete', 5, 2), [0, 1])
  })

  it('refuses values and addresses that do not fit', () => {
    assert.throws(() => memory.set('holding', 0, 65_536), RangeError)
    assert.throws(() => memory.set('holding', 0, 1.5), RangeError)
    assert.throws(() => memory.set('coil', 0, 2), RangeError)
    assert.throws(() => memory.set('holding', 65_535, 1, 2), RangeError)
    assert.throws(() => memory.set('holding', -1, 1), RangeError)
    const wave = { wave: 'sequence' } as const
    assert.throws(() => memory.place({ area: 'coil', address: 0, type: 'uint16', wave }), RangeError)
    assert.throws(() => memory.place({ area: 'holding', address: 0, type: 'bool', wave }), RangeError)
    assert.throws(() => memory.place({ area: 'holding', address: 65_535, type: 'uint32', wave }), RangeError)
  })

  it('moves its values with the clock, from the moment they were placed', () => {
    now = 500
    memory.place({
      area: 'holding',
      address: 2,
      type: 'uint32',
      order: 'CDAB',
      wave: { wave: 'counter', start: 65_535, everyMs: 10 },
    })
    assert.deepEqual(memory.read('holding', 1, 4), [0, 0xffff, 0, 0])
    now = 510
    assert.deepEqual(memory.read('holding', 1, 4), [0, 0, 1, 0])
    assert.deepEqual(memory.read('holding', 3, 1), [1])
  })

  it('counts a sequence up by one with every read that touches it, and with no look', () => {
    memory.place({ area: 'holding', address: 10, type: 'uint32', wave: { wave: 'sequence' } })
    assert.deepEqual(memory.read('holding', 10, 2), [0, 0])
    assert.deepEqual(memory.read('holding', 11, 1), [1])
    assert.deepEqual(memory.read('holding', 12, 5).length, 5)
    assert.deepEqual(memory.get('holding', 10, 2), [0, 2])
    assert.deepEqual(memory.read('holding', 0, 20).slice(10, 12), [0, 2])
  })

  it('counts a refused read not at all', () => {
    memory.place({ area: 'holding', address: 10, type: 'uint16', wave: { wave: 'sequence' } })
    memory.refuse([{ area: 'holding', address: 11, count: 1, code: 4 }])
    assert.throws(() => memory.read('holding', 10, 2), refusedWith(4))
    assert.deepEqual(memory.read('holding', 10, 1), [0])
  })

  it('ends the movement of a value that is set, both registers of it', () => {
    memory.place({ area: 'holding', address: 0, type: 'float32', wave: { wave: 'constant', value: 1 } })
    memory.set('holding', 1, 7)
    assert.deepEqual(memory.read('holding', 0, 2), [0, 7])
    memory.setValue('holding', 0, 'float32', 123.456)
    assert.deepEqual(memory.read('holding', 0, 2), [0x42f6, 0xe979])
  })

  it('refuses any read that touches a refused address, in that area only', () => {
    memory.refuse([{ area: 'holding', address: 10, count: 2, code: 6 }])
    for (const [address, count] of [
      [10, 1],
      [11, 1],
      [0, 11],
      [11, 50],
    ] as const) {
      assert.throws(() => memory.read('holding', address, count), refusedWith(6), `${address} ${count}`)
    }
    assert.equal(memory.read('holding', 0, 10).length, 10)
    assert.equal(memory.read('holding', 12, 10).length, 10)
    assert.equal(memory.read('input', 0, 100).length, 100)
    memory.refuse([])
    assert.equal(memory.read('holding', 0, 20).length, 20)
  })

  it('answers exception 2 when any register of a read does not exist', () => {
    memory.limitTo('holding', [
      { address: 10, count: 5 },
      { address: 15, count: 5 },
      { address: 30, count: 1 },
    ])
    assert.equal(memory.read('holding', 10, 10).length, 10)
    assert.equal(memory.read('holding', 30, 1).length, 1)
    for (const [address, count] of [
      [9, 1],
      [9, 2],
      [19, 2],
      [15, 16],
      [31, 1],
    ] as const) {
      assert.throws(() => memory.read('holding', address, count), refusedWith(2), `${address} ${count}`)
    }
    assert.throws(() => memory.read('input', 65_535, 2), refusedWith(2))
  })

  it('answers exception 3 to a read of none or too many', () => {
    assert.throws(() => memory.admit('holding', 0), refusedWith(3))
    assert.throws(() => memory.admit('holding', 126), refusedWith(3))
    assert.throws(() => memory.admit('coil', 2001), refusedWith(3))
    memory.admit('holding', 125)
    memory.admit('coil', 2000)
    memory.limitRegisters(16)
    memory.limitBits(8, 2)
    assert.throws(() => memory.admit('input', 17), refusedWith(3))
    assert.throws(() => memory.admit('discrete', 9), refusedWith(2))
    memory.admit('input', 16)
    memory.admit('discrete', 8)
  })

  it('refuses everything where all of an area is refused', () => {
    memory.refuse(allOf(['holding', 'coil'], 11))
    assert.throws(() => memory.read('holding', 0, 1), refusedWith(11))
    assert.throws(() => memory.read('coil', 65_535, 1), refusedWith(11))
    assert.equal(memory.read('input', 0, 1).length, 1)
  })

  it('is busy for the first requests after each pause', () => {
    memory.busy({ requests: 2, code: 6, quietMs: 50 })
    const course = [0, 10, 10, 10, 60, 10, 10, 49].map((pauseMs) => {
      now += pauseMs
      try {
        memory.admit('holding', 1)
        return 'read'
      } catch {
        return 'busy'
      }
    })
    assert.deepEqual(course, ['busy', 'busy', 'read', 'read', 'busy', 'busy', 'read', 'read'])
    memory.busy(undefined)
    now += 100
    memory.admit('holding', 1)
  })
})
