import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { MelsecDevice } from '../../../simulators/melsec/melsec-device'
import type { Encoding, Frame, SeriesName } from '../../../simulators/melsec/series'
import { until } from '../../support/until'

/** As far as it is used here: it has no types of its own. */
type McProtocol = {
  initiateConnection(options: object, connected: (error?: Error) => void): void
  setTranslationCB(translate: (tag: string) => string | undefined): void
  addItems(tags: string[]): void
  readAllItems(done: (anythingBad: boolean, values: Record<string, unknown>) => void): void
  dropConnection(): void
  isoclient?: { destroy(): void }
}

/** Node warns of the `new Buffer` that it uses, and it logs to the console. */
const load = createRequire(__filename)

describe('mcprotocol, a client of others, reads the simulated PLC', () => {
  const closed: (() => unknown)[] = []
  const log = console.log
  beforeEach(() => {
    console.log = () => {}
  })
  afterEach(async () => {
    for (const close of closed.splice(0).reverse()) await close()
    console.log = log
  })

  const read = async (
    plc: MelsecDevice,
    addresses: Record<string, string>,
    options: { encoding: Encoding; frame: Frame; octal?: boolean },
  ): Promise<{ anythingBad: boolean; values: Record<string, unknown> }> => {
    const Client: new () => McProtocol = load('mcprotocol')
    const client = new Client()
    closed.push(() => {
      client.dropConnection()
      client.isoclient?.destroy()
    })
    await new Promise<void>((resolve, reject) => {
      const { encoding, frame, octal = true } = options
      const parameters = {
        host: '127.0.0.1',
        port: plc.port,
        ascii: encoding === 'ascii',
        frame,
        octalInputOutput: octal,
      }
      client.initiateConnection(parameters, (error) => (error ? reject(error) : resolve()))
    })
    client.setTranslationCB((tag) => addresses[tag])
    client.addItems(Object.keys(addresses))
    return new Promise((resolve) => {
      client.readAllItems((anythingBad, values) => resolve({ anythingBad, values }))
    })
  }
  const start = async (series: SeriesName, encoding: Encoding): Promise<MelsecDevice> => {
    const plc = await MelsecDevice.start({ series, ports: [{ encoding }] })
    closed.push(() => plc.close())
    return plc
  }

  for (const encoding of ['binary', 'ascii'] as const) {
    it(`1E ${encoding}: words, bits, timers, counters, numbers of all kinds`, async () => {
      const plc = await start('fx3', encoding)
      const { memory } = plc
      memory.set('D', 0, 1, 2, 3, 4, 0xffff)
      memory.setValue('D', 100, 'float32', 21.5)
      memory.setValue('D', 102, 'int32', -123_456)
      memory.set('D', 200, 0b0100)
      memory.setValue('R', 5000, 'float32', -0.75)
      memory.set('M', 6990, 1, 0, 1, 1)
      memory.set('S', 4, 1, 1)
      memory.set('TN', 7, 77)
      memory.set('TS', 7, 1)
      memory.set('CN', 5, 55)
      memory.set('CN', 210, 12_345_678)
      memory.set('D', 300, 0x4241, 0x4443)
      const addresses = {
        words: 'D0,5',
        float: 'DFLOAT100',
        double: 'DDINT102',
        bitOfWord: 'D200.2',
        extension: 'RFLOAT5000',
        bits: 'M6990,4',
        states: 'S4,2',
        timer: 'TN7',
        timerContact: 'TS7',
        counter: 'CN5',
        longCounter: 'CN210',
        text: 'DSTR300,4',
      }
      const { anythingBad, values } = await read(plc, addresses, { encoding, frame: '1E' })
      assert.equal(anythingBad, false)
      assert.deepEqual(values, {
        words: [1, 2, 3, 4, -1],
        float: 21.5,
        double: -123_456,
        bitOfWord: true,
        extension: -0.75,
        bits: [true, false, true, true],
        states: [true, true],
        timer: 77,
        timerContact: true,
        counter: 55,
        longCounter: 12_345_678,
        text: 'ABCD',
      })
    })

    it(`1E ${encoding}: X10 is number 8 in octal, 10 in decimal`, async () => {
      const plc = await start('fx3', encoding)
      plc.memory.set('X', 8, 1)
      plc.memory.set('Y', 0o17, 1)
      const octal = await read(plc, { input: 'X010', output: 'Y017' }, { encoding, frame: '1E' })
      assert.deepEqual(octal.values, { input: true, output: true })
      closed.pop()?.()
      await until(() => plc.door.clients === 0)
      plc.memory.set('X', 8, 0, 0, 1)
      const decimal = await read(plc, { input: 'X010' }, { encoding, frame: '1E', octal: false })
      assert.deepEqual(decimal.values, { input: true })
    })

    it(`1E ${encoding}: more than one request carries`, async () => {
      const plc = await start('fx3', encoding)
      const numbers = Array.from({ length: 200 }, (_, at) => at)
      plc.memory.set('D', 1000, ...numbers)
      const { anythingBad, values } = await read(plc, { many: 'D1000,200' }, { encoding, frame: '1E' })
      assert.equal(anythingBad, false)
      assert.deepEqual(values, { many: numbers })
      assert.ok(plc.door.requests >= 4)
    })

    it(`3E ${encoding}: words, numbers and bits`, async () => {
      const plc = await start('q', encoding)
      plc.memory.set('D', 10, 7, 8, 0x8000)
      plc.memory.setValue('D', 100, 'float32', 21.5)
      plc.memory.set('M', 32, 1, 0, 1)
      const addresses = { words: 'D10,3', float: 'DFLOAT100', bits: 'M32,3' }
      const { anythingBad, values } = await read(plc, addresses, { encoding, frame: '3E' })
      assert.deepEqual(
        [anythingBad, values],
        [false, { words: [7, 8, -32_768], float: 21.5, bits: [true, false, true] }],
      )
    })
  }

  it('and tells that a register is bad which the PLC does not have', async () => {
    const plc = await start('fx3', 'binary')
    const { anythingBad } = await read(plc, { beyond: 'D8512' }, { encoding: 'binary', frame: '1E' })
    assert.equal(anythingBad, true)
    await until(() => plc.door.requests === 1)
  })
})
