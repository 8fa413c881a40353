import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { registers, type ShortTag } from '../../nodes/modbus-in/config'
import { bench, good } from '../../nodes/modbus-in/poller-bench'

describe('a poll of a healthy device', () => {
  it('reads all areas, types and bits, each register once', async () => {
    const { device, poll } = bench([
      ['word', '40001'],
      ['same word', 'hr0', 'int16', { scale: 0.1 }],
      ['bit 0', '40002.0', 'bool'],
      ['bit 1', '40002.1', 'bool'],
      ['long', 'hr2', 'uint32', { order: 'CDAB' }],
      ['input', '30006'],
      ['coil on', 'coil:7', 'bool'],
      ['coil off', 'coil:8', 'bool'],
      ['discrete', '10002', 'bool'],
    ])
    const reading = await poll()
    assert.deepEqual(reading.values, [0, 0, true, false, 3 * 65536 + 2, 5, true, false, true])
    assert.equal(reading.bad.size, 0)
    assert.equal(reading.degraded, undefined)
    assert.deepEqual(device.taken(), ['1 holding 0+4', '1 input 5+1', '1 coil 7+2', '1 discrete 1+1'])
  })

  it('asks every unit apart', async () => {
    const { device, poll } = bench([
      ['own', 'hr0'],
      ['other', 'hr1', 'uint16', { unitId: '7' }],
      ['own again', 'hr2', 'uint16', { unitId: '1' }],
    ])
    await poll()
    assert.deepEqual(device.taken(), ['1 holding 0+3', '7 holding 1+1'])
  })

  it('keeps to the limit, of bits 16 times as many', async () => {
    const coils = Array.from({ length: 40 }, (_, at): ShortTag => [`c${at}`, `coil:${at}`, 'bool'])
    const { device, poll } = bench([...registers(5), ...coils], { maxRegisters: 2 })
    assert.equal(good(await poll()), 45)
    assert.deepEqual(device.taken(), ['1 holding 0+2', '1 holding 2+2', '1 holding 4+1', '1 coil 0+32', '1 coil 32+8'])
  })

  it('marks a float that is no number, and nothing else', async () => {
    const { device, poll } = bench([
      ['before', 'hr0'],
      ['float', 'hr1', 'float32'],
      ['after', 'hr3'],
    ])
    device.words.set(1, 0x7fc0)
    const { values, bad } = await poll()
    assert.deepEqual(values, [0, null, 3])
    assert.match(bad.get(1) ?? '', /no number.*order/)
  })

  it('hands on the fault of the connection', async () => {
    const { device, poll } = bench(registers(10))
    const lost = new Fault('link', 'connection-closed', 'gone')
    device.silent = () => {
      throw lost
    }
    await assert.rejects(poll(), (error) => error === lost)
  })
})
