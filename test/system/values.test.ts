// Values that are no plain numbers, all the way: from a device into the flow and into the embedded history.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { encodeValue } from '../../simulators/modbus/encode'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode, type TagProperties } from '../support/flows'
import { isGood, NodeRed } from '../support/node-red'
import { until } from '../support/until'

const HUGE = '9007199254740993'

const tags: TagProperties[] = [
  { name: 'counter', address: 'hr0', type: 'uint64', deadband: 5 },
  { name: 'name', address: 'hr4', type: 'string', order: 'BA', length: 9 },
  { name: 'made', address: 'hr9', type: 'time32' },
  { name: 'list', address: 'hr11', type: 'int64', length: 2 },
  { name: 'bits', address: 'hr19.14', type: 'bool', length: 4 },
  { name: 'coils', address: 'coil:0', type: 'bit', length: 3 },
  { name: 'digits', address: 'hr21', type: 'bcd16', length: 2 },
]
const payload = {
  counter: HUGE,
  name: '温度 1',
  made: '2023-11-14T22:13:20.000Z',
  list: [-1, `-${HUGE}`],
  bits: [true, false, true, true],
  coils: [1, 0, 1],
  digits: [12, 3456],
}

function fill({ memory }: ModbusDevice): void {
  memory.set('holding', 0, ...encodeValue('uint64', '', HUGE))
  memory.set('holding', 4, ...encodeValue('string', 'BA', '温度 1', 9))
  memory.set('holding', 9, ...encodeValue('time32', '', 1_700_000_000))
  memory.set('holding', 11, ...encodeValue('int64', '', -1), ...encodeValue('int64', '', `-${HUGE}`))
  memory.set('holding', 19, 0x4000, 0x0003)
  memory.set('coil', 0, 1, 0, 1)
  memory.set('holding', 21, 0x0012, 0x3456)
}

describe('texts, arrays and integers of 64 bits in a real Node-RED', () => {
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async function () {
    this.timeout(60_000)
    device = await ModbusDevice.start()
    fill(device)
    nodeRed = await NodeRed.start({
      flows: flowOf(
        supervisorNode({ historian: 'embedded', flushInterval: 0.2 }),
        readerNode('every', device.port, { tags, timeout: 5000 }),
        readerNode('changes', device.port, { tags, timeout: 5000, emit: 'change' }),
      ),
    })
  })
  after(async function () {
    this.timeout(60_000)
    await nodeRed?.dispose()
    await device?.close()
  })

  it('come into the flow as they are', async () => {
    for (const reader of ['every', 'changes']) {
      const message = await nodeRed.recordedWhen(reader, isGood, { from: 0 })
      assert.deepEqual(message.payload, payload)
    }
  })

  it('go into the history exactly, an array element by element', async () => {
    const last = new Map<string, unknown>()
    await until(async () => {
      const { body } = await nodeRed.request('GET', '/collectors/history?collector=every&from=-1h')
      const series: unknown = asRecord(body)?.series
      if (!Array.isArray(series)) return false
      for (const { tag, points } of series) last.set(tag, points.at(-1)[1])
      return last.size > 0
    }, 20_000)
    assert.deepEqual(Object.fromEntries(last), {
      counter: HUGE,
      name: '温度 1',
      made: '2023-11-14T22:13:20.000Z',
      'list[0]': -1,
      'list[1]': `-${HUGE}`,
      'bits[0]': true,
      'bits[1]': false,
      'bits[2]': true,
      'bits[3]': true,
      'coils[0]': 1,
      'coils[1]': 0,
      'coils[2]': 1,
      'digits[0]': 12,
      'digits[1]': 3456,
    })
  })

  it('are sent when they have changed, and bad with a reason when they cannot be read', async () => {
    const from = nodeRed.recorded('changes').length
    const changed = (name: string, wanted: unknown) =>
      nodeRed.recordedWhen(
        'changes',
        (message) => JSON.stringify(asRecord(message.payload)?.[name]) === JSON.stringify(wanted),
        { from },
      )
    // 5 more is within the deadband, so nothing is told of it when the coil changes after it
    device.memory.set('holding', 0, ...encodeValue('uint64', '', 9007199254740998n))
    device.memory.set('coil', 1, 1)
    assert.deepEqual((await changed('coils', [1, 1, 1])).payload, { coils: [1, 1, 1] })
    device.memory.set('holding', 0, ...encodeValue('uint64', '', 9007199254740999n))
    assert.deepEqual((await changed('counter', '9007199254740999')).payload, { counter: '9007199254740999' })
    device.memory.set('holding', 22, 0xf456)
    const { quality } = await changed('digits', null)
    assert.deepEqual(quality, {
      digits: 'element [1]: the device holds 0xF456 here, which is no BCD: a digit is above 9; is the type right?',
    })
  })
})
