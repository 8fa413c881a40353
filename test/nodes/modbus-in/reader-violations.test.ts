import assert from 'node:assert/strict'
import { honest, type RawRequest, replyTo } from './raw-device'
import { closeAll, deviceOf, GOOD, never, openReading, readerOf } from './reader-bench'

afterEach(closeAll)

describe('a reader and a device that breaks the protocol', () => {
  const change = (at: number, value: number) => (request: RawRequest) => {
    const changed = replyTo(request)
    changed[at] = value
    return [changed]
  }
  const reply = (hex: string, transaction = 1) =>
    Buffer.concat([Buffer.of(transaction >> 8, transaction & 255), Buffer.from(hex, 'hex')])
  const table: [what: string, answer: (request: RawRequest) => Buffer[], says: RegExp][] = [
    [
      'another transaction',
      (request) => [replyTo({ ...request, transaction: request.transaction ^ 0x8000 })],
      /answers transaction \d+, asked was \d+/,
    ],
    ['another unit', change(6, 7), /answers as unit 7, asked was unit 1/],
    ['another function', change(7, 4), /answers function 4, asked was 3/],
    ['a byte count too small', change(8, 8), /10 bytes of data and announces 8, asked was for 10/],
    ['a byte count too large', change(8, 12), /10 bytes of data and announces 12/],
    ['fewer registers', (request) => [replyTo({ ...request, count: 4 })], /8 bytes of data .* asked was for 10/],
    ['more registers', (request) => [replyTo({ ...request, count: 6 })], /12 bytes of data .* asked was for 10/],
    ['a protocol id', change(3, 1), /protocol id 1/],
    ['a length of 65535', () => [reply('0000ffff01030a')], /announces 65535 bytes/],
    ['a length of 0', () => [reply('00000000')], /announces 0 bytes/],
    ['garbage', () => [Buffer.alloc(4096, 0xa5)], /protocol id 42405/],
    ['a web page', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], /web server.*is the port right/],
    [
      'an exception that is too long',
      ({ transaction }) => [reply('00000004018302ff', transaction)],
      /exception has 2 bytes/,
    ],
    ['an answer without data', ({ transaction }) => [reply('000000020103', transaction)], /0 bytes of data/],
  ]
  for (const [what, answer, says] of table) {
    it(`gives no value for ${what}, hangs up, and is well after the next open`, async () => {
      const device = await deviceOf((request, socket) => {
        for (const chunk of answer(request)) socket.write(chunk)
      })
      const { reader } = readerOf(device.port)
      await assert.rejects(openReading(reader), { name: 'Fault', kind: 'protocol', message: says })
      await assert.rejects(reader.read(never), { kind: 'protocol', message: says })
      device.behave = honest
      assert.deepEqual(await openReading(reader), GOOD)
      assert.equal(device.connections, 2)
    })
  }

  it('trusts nothing that comes behind an answer unasked', async () => {
    const device = await deviceOf((request, socket) => {
      socket.write(
        Buffer.concat([replyTo(request), replyTo({ ...request, transaction: request.transaction + 1, address: 7 })]),
      )
    })
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    await assert.rejects(reader.read(never), { kind: 'protocol', message: /without having been asked/ })
  })

  it('hangs up on a device that talks before it is asked', async () => {
    const device = await deviceOf()
    device.greet = (socket) => socket.write(replyTo({ transaction: 1, unit: 1, functionCode: 3, address: 7, count: 5 }))
    const { reader } = readerOf(device.port)
    await assert.rejects(openReading(reader), {
      kind: 'protocol',
      message: /without having been asked|answers transaction/,
    })
    device.greet = () => {}
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('hangs up on a flood, and does not grow', async () => {
    const device = await deviceOf((request, socket) => {
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => replyTo(request)))
      for (let mb = 0; mb < 4; mb++) socket.write(flood)
    })
    const { reader } = readerOf(device.port)
    assert.deepEqual(await openReading(reader), GOOD)
    await assert.rejects(
      async () => {
        for (let cycle = 0; cycle < 100; cycle++) await reader.read(never)
      },
      { kind: 'protocol', message: /nobody asked for/ },
    )
  })
})
