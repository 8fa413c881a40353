import assert from 'node:assert/strict'
import { PlcMemory } from '../../../simulators/melsec/memory'
import { Plc } from '../../../simulators/melsec/plc'
import { stationOf } from './frames'
import { batchRequest, endCodeOf, randomRequest, request1E } from './requests'

let nowMs = 0
const plcOf = (series: 'q' | 'iqr' | 'fx3') => new Plc({ series, now: () => nowMs })

describe('The memory of a simulated PLC', () => {
  it('refuses numbers that do not exist and values that do not fit', () => {
    const { memory } = plcOf('q')
    assert.throws(() => memory.set('D', 12_288, 1), /the PLC has no D12288 to D12288/)
    assert.throws(() => memory.set('LZ', 0, 1), /the PLC has no LZ0/)
    assert.throws(() => memory.get('D', -1), RangeError)
    assert.throws(() => memory.set('D', 0, 65_536), /65536 does not fit into D/)
    assert.throws(() => memory.set('M', 0, 2), /2 does not fit into M/)
    assert.throws(() => memory.set('D', 0, 1.5), RangeError)
    assert.throws(
      () => memory.place({ device: 'M', number: 0, type: 'uint16', wave: { wave: 'sequence' } }),
      RangeError,
    )
    assert.throws(() => memory.place({ device: 'D', number: 0, type: 'bool', wave: { wave: 'sequence' } }), RangeError)
    assert.throws(() => plcOf('iqr').memory.setValue('LZ', 0, 'uint16', 1), RangeError)
    assert.throws(() => memory.limitTo('D', [[5, 4]]), RangeError)
  })

  it('has the low word of a value first', () => {
    const { memory } = plcOf('q')
    memory.setValue('D', 10, 'uint32', 0x12345678)
    memory.setValue('D', 12, 'float32', 0.75)
    memory.setValue('D', 14, 'int16', -2)
    assert.deepEqual(memory.get('D', 10, 5), [0x5678, 0x1234, 0, 0x3f40, 0xfffe])
  })

  it('holds 32 bits in long devices, and in the counters of an FX3 from C200 on', () => {
    const iqr = plcOf('iqr').memory
    iqr.setValue('LZ', 1, 'int32', -1)
    assert.deepEqual(iqr.get('LZ', 0, 2), [0, 0xffff_ffff])
    const fx3 = plcOf('fx3').memory
    fx3.set('CN', 200, 70_000)
    assert.deepEqual(fx3.get('CN', 199, 2), [0, 70_000])
    assert.throws(() => fx3.set('CN', 199, 70_000), RangeError)
    assert.throws(() => plcOf('q').memory.set('CN', 200, 70_000), RangeError)
  })

  it('moves values until something else is written there', () => {
    nowMs = 0
    const { memory } = plcOf('q')
    memory.place({ device: 'D', number: 4, type: 'uint32', wave: { wave: 'counter', start: 65_535, everyMs: 10 } })
    memory.place({ device: 'M', number: 3, type: 'bool', wave: { wave: 'square', low: 0, high: 1, periodMs: 20 } })
    assert.deepEqual([memory.get('D', 4, 2), memory.get('M', 3)], [[65_535, 0], [1]])
    nowMs = 10
    assert.deepEqual([memory.get('D', 4, 2), memory.get('M', 3)], [[0, 1], [0]])
    memory.set('D', 5, 7)
    assert.deepEqual(memory.get('D', 4, 2), [0, 7])
  })

  it('counts a sequence once a request, however often the request touches it', async () => {
    const plc = plcOf('q')
    const station = stationOf({ plc, encoding: 'binary' })
    plc.memory.place({ device: 'D', number: 0, type: 'uint16', wave: { wave: 'sequence' } })
    const place = { device: 'D', number: 0 } as const
    const first = await station.ask(randomRequest([place, place], [place]))
    const second = await station.ask(batchRequest({ ...place, points: 1, unit: 'words' }))
    assert.deepEqual([first?.subarray(11), second?.subarray(11)], [Buffer.alloc(8), Buffer.from([1, 0])])
  })

  it('has no more than it is limited to', async () => {
    const plc = plcOf('q')
    const station = stationOf({ plc, encoding: 'binary' })
    const ask = async (number: number, points: number): Promise<string> =>
      endCodeOf(await station.ask(batchRequest({ device: 'D', number, points, unit: 'words' })))
    plc.memory.limitTo('D', [
      [10, 19],
      [30, 39],
    ])
    assert.deepEqual(await Promise.all([ask(10, 10), ask(9, 1), ask(19, 2), ask(30, 10), ask(15, 20)]), [
      '0000',
      '4031',
      '4031',
      '0000',
      '4031',
    ])
    plc.memory.limitTo('D', [])
    assert.equal(await ask(10, 1), 'C05B')
  })

  it('has holes', async () => {
    const plc = plcOf('q')
    const station = stationOf({ plc, encoding: 'binary' })
    plc.memory.refuse([
      { device: 'D', number: 100, count: 2 },
      { device: 'M', number: 16, count: 1, endCode: 0xc056 },
    ])
    const codes: string[] = []
    for (const request of [
      batchRequest({ device: 'D', number: 98, points: 2, unit: 'words' }),
      batchRequest({ device: 'D', number: 98, points: 3, unit: 'words' }),
      batchRequest({ device: 'D', number: 102, points: 1, unit: 'words' }),
      batchRequest({ device: 'M', number: 0, points: 2, unit: 'words' }),
      randomRequest([{ device: 'D', number: 0 }], [{ device: 'D', number: 99 }]),
    ])
      codes.push(endCodeOf(await station.ask(request)))
    assert.deepEqual(codes, ['0000', '4031', '0000', 'C056', '4031'])
    assert.equal((await station.ask(request1E('words', 'D', 101, 1)))?.[1], 0x57)
    plc.memory.refuse([])
    assert.equal((await station.ask(request1E('words', 'D', 101, 1)))?.[1], 0)
  })

  it('may be of a PLC of its own', () => {
    const memory = new PlcMemory({ D: [[0, 3]] }, Number.POSITIVE_INFINITY, () => 0)
    assert.deepEqual([memory.has('D'), memory.has('M')], [true, false])
    assert.deepEqual([memory.exists('D', 3), memory.exists('D', 3, 2), memory.exists('M', 0)], [true, false, false])
  })
})
