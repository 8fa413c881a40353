import assert from 'node:assert/strict'
import { until } from '../../support/until'
import { registers } from './config'
import { honest, type RawRequest, replyTo } from './raw-device'
import { closeAll, deviceOf, GOOD, never, openReading, readerOf } from './reader-bench'

const change = (at: number, value: number) => (request: RawRequest) => {
  const changed = replyTo(request)
  changed[at] = value
  return changed
}
const reply = (hex: string, transaction = 1) =>
  Buffer.concat([Buffer.of(transaction >> 8, transaction & 255), Buffer.from(hex.replaceAll(' ', ''), 'hex')])
/** One that is far from those that are read in the other tests. */
const FAR = registers(1, 300)

describe('a reader and an answer that does not fit its request', () => {
  afterEach(closeAll)

  const table: [what: string, answer: (request: RawRequest) => Buffer, says: RegExp][] = [
    ['another unit', change(6, 7), /answers as unit 7, asked was unit 1; .* answerUnit = any/],
    ['another function', change(7, 4), /answers function 4, asked was 3/],
    ['a byte count too small', change(8, 1), /1 bytes of data, asked was for 2/],
    ['a byte count too large', change(8, 4), /2 bytes of data and announces 4, asked was for 2/],
    ['more registers', (request) => replyTo({ ...request, count: 3 }), /6 bytes of data, .* set width = 3/],
    ['no data', ({ transaction }) => reply('0000 0002 01 03', transaction), /0 bytes of data/],
    ['an exception that is too long', ({ transaction }) => reply('0000 0004 01 83 02 ff', transaction), /exception 2/],
    ['an exception without its end', ({ transaction }) => reply('0000 0004 01 83 02', transaction), /exception 2/],
  ]
  for (const [what, answer, says] of table) {
    it(`says so of the tag for ${what}, reads the others in every cycle, and keeps the connection`, async () => {
      const device = await deviceOf((request, socket) => {
        socket.write(request.address === 300 ? answer(request) : replyTo(request))
      })
      const { reader } = readerOf(device.port, [...FAR, ...registers(3, 100)])
      await reader.open(never)
      for (let cycle = 0; cycle < 5; cycle++) {
        const { values, bad } = await reader.read(never)
        assert.deepEqual(values, [null, 100, 101, 102])
        assert.match(bad.get(0) ?? '', says)
      }
      assert.equal(device.connections, 1)
    })
  }
})

describe('a reader and bytes that are no answer', () => {
  afterEach(closeAll)

  const table: [what: string, answer: (request: RawRequest) => Buffer][] = [
    ['another transaction', (request) => replyTo({ ...request, transaction: request.transaction ^ 0x8000 })],
    ['a protocol id', change(3, 1)],
    ['a length of 65535', () => reply('0000 ffff 01030a')],
    ['a length of 0', () => reply('0000 0000')],
    ['garbage', () => Buffer.alloc(4096, 0xa5)],
    ['a Telnet console', () => Buffer.from('fffd18fffd20', 'hex')],
  ]
  for (const [what, answer] of table) {
    it(`has no value for ${what}, and is well as soon as the device is, over the same connection`, async () => {
      const device = await deviceOf((request, socket) => {
        socket.write(request.address === 300 ? answer(request) : replyTo(request))
      })
      const { reader } = readerOf(device.port, [...registers(3, 100), ...FAR], { timeout: 60 })
      await reader.open(never)
      const { values, bad } = await reader.read(never)
      assert.deepEqual(values, [100, 101, 102, null])
      assert.match(bad.get(3) ?? '', /no answer/)
      device.behave = honest
      assert.deepEqual((await reader.read(never)).values, [100, 101, 102, 300])
      assert.equal(device.connections, 1)
    })
  }

  it('hangs up at once on a web server, and is well after the next open', async () => {
    const device = await deviceOf((_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const { reader } = readerOf(device.port, undefined, { timeout: 60_000 })
    const says = { name: 'Fault', kind: 'protocol', message: /web server.*is the port right/ }
    await assert.rejects(openReading(reader), says)
    await assert.rejects(reader.read(never), says)
    device.behave = honest
    assert.deepEqual(await openReading(reader), GOOD)
    assert.equal(device.connections, 2)
  })

  it('skips what comes behind an answer unasked', async () => {
    const device = await deviceOf((request, socket) => {
      const unasked = replyTo({ ...request, transaction: request.transaction + 1, address: 7 })
      socket.write(Buffer.concat([replyTo(request), unasked]))
    })
    const { reader } = readerOf(device.port)
    await reader.open(never)
    for (let cycle = 0; cycle < 5; cycle++) assert.deepEqual(await reader.read(never), GOOD)
    assert.equal(device.connections, 1)
  })

  it('skips what a device says before it is asked', async () => {
    const device = await deviceOf()
    device.greet = (socket) => socket.write(replyTo({ transaction: 1, unit: 1, functionCode: 3, address: 7, count: 5 }))
    const { reader, logged } = readerOf(device.port)
    await reader.open(never)
    await until(() => logged.length > 0)
    assert.match(logged[0] ?? '', /without having been asked/)
    assert.deepEqual(await reader.read(never), GOOD)
    assert.equal(device.connections, 1)
  })

  it('skips heartbeats between frames, in every cycle', async () => {
    for (const heartbeat of [Buffer.of(0xff), Buffer.of(0x0d), Buffer.from('heartbeat 0042'), Buffer.alloc(6)]) {
      const device = await deviceOf((request, socket) => {
        socket.write(Buffer.concat([heartbeat, replyTo(request), heartbeat]))
      })
      const { reader } = readerOf(device.port)
      await reader.open(never)
      for (let cycle = 0; cycle < 20; cycle++) assert.deepEqual(await reader.read(never), GOOD)
      assert.equal(device.connections, 1)
    }
  })

  it('hangs up on 64 KiB without an answer', async () => {
    const device = await deviceOf((_, socket) => socket.write(Buffer.alloc(1024 * 1024, 0xa5)))
    const { reader } = readerOf(device.port, undefined, { timeout: 60_000 })
    await assert.rejects(openReading(reader), { kind: 'protocol', message: /belong to no answer/ })
    device.behave = honest
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

describe('a reader and gateways that do as they like', () => {
  afterEach(closeAll)

  it('reads one that answers with transaction 0, also when answers are lost, over one connection', async () => {
    let requests = 0
    const device = await deviceOf((request, socket) => {
      if (++requests % 10 !== 0) socket.write(replyTo({ ...request, transaction: 0 }))
    })
    const { reader } = readerOf(device.port, [...registers(2, 100), ...registers(2, 200)], { timeout: 60 })
    await reader.open(never)
    let good = 0
    for (let cycle = 0; cycle < 40; cycle++) {
      const { values } = await reader.read(never)
      values.forEach((value, at) => {
        assert.ok(value === null || value === [100, 101, 200, 201][at], `${value}`)
        if (value !== null) good++
      })
    }
    assert.ok(good > 100, `${good}`)
    assert.equal(device.connections, 1)
  })

  const properties: [what: string, others: object, answer: (request: RawRequest) => Buffer][] = [
    ['counts by itself', { transactionId: 'ignore' }, (request) => replyTo({ ...request, transaction: 7 })],
    ['answers as unit 0', { answerUnit: 'any' }, (request) => replyTo({ ...request, unit: 0 })],
    [
      'does both',
      { transactionId: 'ignore', answerUnit: 'any' },
      (request) => replyTo({ ...request, transaction: 7, unit: 0 }),
    ],
  ]
  for (const [what, others, answer] of properties) {
    it(`reads one that ${what}, as the property permits`, async () => {
      const device = await deviceOf((request, socket) => socket.write(answer(request)))
      const { reader } = readerOf(device.port, undefined, others)
      await reader.open(never)
      for (let cycle = 0; cycle < 5; cycle++) assert.deepEqual(await reader.read(never), GOOD)
      assert.equal(device.connections, 1)
    })
  }

  it('reads addresses of 16, 32 and 64 bits next to each other', async () => {
    const device = await deviceOf((request, socket) => {
      const width = request.address >= 400 ? 4 : request.address >= 300 ? 2 : 1
      socket.write(replyTo({ ...request, count: request.count * width }))
    })
    const wide = (width: number) => ({ width: `${width}` })
    const { reader } = readerOf(device.port, [
      ['a', 'hr299', 'uint16'],
      ['b', 'hr300', 'uint32', wide(2)],
      ['c', 'hr301', 'uint32', wide(2)],
      ['d', 'hr400', 'uint64', wide(4)],
    ])
    await reader.open(never)
    const { values, bad } = await reader.read(never)
    assert.deepEqual(bad, new Map())
    assert.deepEqual(values.slice(0, 3), [299, 300 * 65_536 + 301, 302 * 65_536 + 303])
    assert.deepEqual(
      device.requests.map(({ address, count }) => [address, count]),
      [
        [299, 1],
        [300, 2],
        [400, 1],
      ],
    )
  })
})
