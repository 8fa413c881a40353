// The reader against two servers that know nothing of it, nor of each other: modbus-serial's and jsmodbus's.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { server as jsmodbus } from 'jsmodbus'
import { ServerTCP } from 'modbus-serial'
import type { Reader } from '../../../lib/collector/reader'
import { modbusReader } from '../../../nodes/modbus-in/reader'
import { configOf, type ShortTag } from './config'
import { portOf } from './raw-device'

const never = new AbortController().signal
const closers: (() => Promise<unknown>)[] = []

const closeAll = async () => {
  for (const close of closers.splice(0).reverse()) await close()
}

/** 400 registers and 64 bits in each area. */
type Memory = { holding: Buffer; input: Buffer; coils: Buffer; discrete: Buffer }
const REGISTERS = 400
const BITS = 64

function memory(): Memory {
  const holding = Buffer.alloc(REGISTERS * 2)
  for (let at = 0; at < REGISTERS; at++) holding.writeUInt16BE(at * 100, at * 2)
  const input = Buffer.alloc(REGISTERS * 2)
  input.writeFloatBE(3.5, 0)
  input.writeInt32BE(-123_456_789, 4)
  input.writeInt16BE(-2, 8)
  // 1.25 with its words swapped
  input.writeUInt16BE(0x0000, 10)
  input.writeUInt16BE(0x3fa0, 12)
  input.writeUInt16BE(0b1000_0000_0000_0001, 14)
  return {
    holding,
    input,
    coils: Buffer.from('0f00000000000080', 'hex'),
    discrete: Buffer.from('aa00000000000000', 'hex'),
  }
}

const servers: [name: string, start: (memory: Memory) => Promise<number>][] = [
  ['modbus-serial', startModbusSerial],
  ['jsmodbus', startJsmodbus],
]

for (const [name, start] of servers) {
  describe(`a reader and the server of ${name}`, () => {
    afterEach(closeAll)

    const readerOf = async (tags: ShortTag[], others: object = {}): Promise<Reader> => {
      const port = await start(memory())
      const reader = modbusReader.create(configOf(tags, { port, ...others }), () => {})
      closers.push(() => reader.close())
      await reader.open(never)
      return reader
    }

    it('agree on every area and type', async () => {
      const reader = await readerOf([
        ['word', '40002'],
        ['scaled', 'hr3', 'uint16', { scale: 0.1, offset: 5 }],
        ['float', '30001', 'float32'],
        ['long', '30003', 'int32'],
        ['unsigned', '30003', 'uint32'],
        ['short', 'ir4', 'int16'],
        ['swapped', 'ir5', 'float32', { order: 'CDAB' }],
        ['bit 0', 'ir7.0', 'bool'],
        ['bit 1', 'ir7.1', 'bool'],
        ['bit 15', 'ir7.15', 'bool'],
        ['coil 0', '00001', 'bool'],
        ['coil 4', '00005', 'bool'],
        ['coil 63', 'coil:63', 'bool'],
        ['discrete 0', '10001', 'bool'],
        ['discrete 1', 'di:0x1', 'bool'],
      ])
      const { values, bad } = await reader.read(never)
      const numbers = [100, 35, 3.5, -123_456_789, 4_171_510_507, -2, 1.25]
      assert.deepEqual(values, [...numbers, true, false, true, true, false, true, false, true])
      assert.equal(bad.size, 0)
      assert.deepEqual(
        reader.tags.map(({ kind }) => kind),
        [...numbers.map(() => 'number'), ...Array(8).fill('boolean')],
      )
    })

    it('agree on requests of the largest size', async () => {
      const tags = Array.from({ length: REGISTERS }, (_, at): ShortTag => [`r${at}`, `hr${at}`])
      const reader = await readerOf(tags)
      for (let cycle = 0; cycle < 3; cycle++) {
        const { values } = await reader.read(never)
        assert.deepEqual(
          values,
          tags.map((_, at) => at * 100),
        )
      }
    })
  })
}

describe('a reader and the exceptions of a server', () => {
  afterEach(closeAll)

  it('lose the register that does not exist, and no other', async () => {
    const port = await startModbusSerial(memory())
    const tags: ShortTag[] = [
      ['last', `hr${REGISTERS - 1}`],
      ['beyond', `hr${REGISTERS}`],
      ['first', 'hr0'],
      ['far beyond', 'hr65535'],
    ]
    const reader = modbusReader.create(configOf(tags, { port }), () => {})
    closers.push(() => reader.close())
    await reader.open(never)
    for (let cycle = 0; cycle < 2; cycle++) {
      const { values, bad } = await reader.read(never)
      assert.deepEqual(values, [(REGISTERS - 1) * 100, null, 0, null])
      assert.equal(
        bad.get(1),
        'exception 2 at holding 40401 (wire 400): the device has no such register; is the list one-based?',
      )
    }
  })

  it('read every unit under its own id', async () => {
    const units: number[] = []
    const vector = {
      getHoldingRegister: (address: number, unit: number) => {
        units.push(unit)
        return unit * 1000 + address
      },
    }
    const port = await startServerTcp(vector)
    const tags: ShortTag[] = [
      ['own', 'hr1'],
      ['of 7', 'hr1', 'uint16', { unitId: '7' }],
      ['of 0', 'hr1', 'uint16', { unitId: '0' }],
    ]
    const reader = modbusReader.create(configOf(tags, { port, unitId: 3 }), () => {})
    closers.push(() => reader.close())
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, [3001, 7001, 1])
    assert.deepEqual(units, [3, 7, 0])
  })
})

class IllegalAddress extends Error {
  readonly modbusErrorCode = 2
}

function startModbusSerial({ holding, input, coils, discrete }: Memory): Promise<number> {
  const word = (area: Buffer) => (address: number) => {
    if (address >= REGISTERS) throw new IllegalAddress()
    return area.readUInt16BE(address * 2)
  }
  const bit = (area: Buffer) => (address: number) => {
    if (address >= BITS) throw new IllegalAddress()
    return ((area.readUInt8(address >> 3) >> (address & 7)) & 1) === 1
  }
  return startServerTcp({
    getHoldingRegister: word(holding),
    getInputRegister: word(input),
    getCoil: bit(coils),
    getDiscreteInput: bit(discrete),
  })
}

/** ServerTCP takes port 0 for 502, so a free one is found first. */
async function startServerTcp(vector: ConstructorParameters<typeof ServerTCP>[0]): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const port = portOf(probe)
  probe.close()
  await once(probe, 'close')
  const server = new ServerTCP(vector, { host: '127.0.0.1', port })
  await once(server, 'initialized')
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return port
}

async function startJsmodbus({ holding, input, coils, discrete }: Memory): Promise<number> {
  const sockets = createServer()
  new jsmodbus.TCP(sockets, { holding, input, coils, discrete })
  sockets.listen(0, '127.0.0.1')
  await once(sockets, 'listening')
  closers.push(() => new Promise((resolve) => sockets.close(resolve)))
  return portOf(sockets)
}
