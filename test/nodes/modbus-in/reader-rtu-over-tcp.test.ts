import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { registers, type ShortTag } from './config'
import { type Behaviour, honestRtu, replyTo, rtuReplyTo, withCrc } from './raw-device'
import { closeAll, GOOD, gatewayOf, never, openReading, readerOf } from './reader-bench'

const RTU = { transport: 'rtu-over-tcp', timeout: 60 }

describe('a reader over RTU over TCP', () => {
  afterEach(closeAll)

  it('reads, and asks each unit for a proof once', async () => {
    const gateway = await gatewayOf()
    const { reader } = readerOf(gateway.port, undefined, RTU)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual(await openReading(reader), GOOD)
    assert.deepEqual(
      gateway.requests.map(({ functionCode }) => functionCode),
      [8, 3, 3, 3],
    )
  })

  const nonsense: [what: string, behave: Behaviour][] = [
    [
      'a wrong CRC',
      (request, socket) => socket.write(Buffer.concat([rtuReplyTo(request).subarray(0, -1), Buffer.of(0)])),
    ],
    ['another unit', (request, socket) => socket.write(rtuReplyTo({ ...request, unit: 7 }))],
    ['a wrong byte count', (request, socket) => socket.write(withCrc(replyTo(request).subarray(6).fill(12, 2, 3)))],
    ['garbage', (_, socket) => socket.write(Buffer.alloc(4096, 0xa5))],
    ['an MBAP frame', (request, socket) => socket.write(replyTo(request))],
    ['nothing', () => {}],
  ]
  for (const [what, behave] of nonsense) {
    it(`gives no value for ${what}, and is well when the device is`, async () => {
      const gateway = await gatewayOf(behave)
      const { reader } = readerOf(gateway.port, undefined, RTU)
      await assert.rejects(openReading(reader), { kind: 'link', code: 'no-answer' })
      gateway.behave = honestRtu
      const { values, bad } = await openReading(reader)
      assert.deepEqual({ values, bad }, GOOD)
    })
  }

  it('says so of the tag whose address has more registers, reads the others, and all of them with its width', async () => {
    const gateway = await gatewayOf((request, socket) => {
      const isWide = request.functionCode === 3 && request.address >= 300
      socket.write(rtuReplyTo({ ...request, count: request.count * (isWide ? 2 : 1) }))
    })
    const { reader } = readerOf(gateway.port, [...registers(1, 300), ...registers(2, 100)], { ...RTU, timeout: 1000 })
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) {
      const { values, bad } = await reader.read(never)
      assert.deepEqual(values, [null, 100, 101])
      assert.match(bad.get(0) ?? '', /4 bytes of data, asked was for 2: .* set width = 2/)
    }
    const tags: ShortTag[] = [['wide', 'hr300', 'uint32', { width: '2' }], ...registers(2, 100)]
    const { reader: knowing } = readerOf(gateway.port, tags, { ...RTU, timeout: 1000 })
    assert.deepEqual((await openReading(knowing)).values, [300 * 65_536 + 301, 100, 101])
  })

  it('reads through single bytes, garbage before the answer, and everything twice', async () => {
    const behaviours: Behaviour[] = [
      async (request, socket) => {
        for (const byte of rtuReplyTo(request)) {
          socket.write(Buffer.of(byte))
          await delay(1)
        }
      },
      (request, socket) => socket.write(Buffer.concat([Buffer.alloc(100, 1), rtuReplyTo(request)])),
      (request, socket) => socket.write(Buffer.concat([rtuReplyTo(request), rtuReplyTo(request)])),
    ]
    for (const behave of behaviours) {
      const gateway = await gatewayOf(behave)
      const { reader } = readerOf(gateway.port, undefined, { ...RTU, timeout: 1000 })
      await reader.open(never)
      for (let cycle = 0; cycle < 5; cycle++) assert.deepEqual(await reader.read(never), GOOD)
      assert.equal(gateway.connections, 1)
    }
  })

  it('gives no wrong value of a device that says everything twice, the second time late', async () => {
    let counter = 0
    let before = Promise.resolve()
    const gateway = await gatewayOf((request, socket) => {
      // one thing at a time
      before = before.then(async () => {
        const reply = rtuReplyTo(request)
        if (request.functionCode === 3) reply.writeUInt16BE(++counter, 3)
        const counted = withCrc(reply.subarray(0, -2))
        socket.write(counted)
        await delay(3)
        socket.write(counted)
      })
    })
    const { reader } = readerOf(gateway.port, registers(1), { ...RTU, timeout: 1000 })
    await reader.open(never)
    for (let cycle = 1; cycle <= 30; cycle++) {
      assert.deepEqual((await reader.read(never)).values, [counter], `cycle ${cycle}`)
      await delay(cycle % 3)
    }
  })

  it('hangs up on a flood of what is no Modbus', async () => {
    const gateway = await gatewayOf((_, socket) => socket.write(Buffer.alloc(1024 * 1024, 0xa5)))
    const { reader } = readerOf(gateway.port, undefined, { ...RTU, timeout: 5000 })
    await assert.rejects(openReading(reader), { kind: 'protocol', message: /belong to no answer/ })
    gateway.behave = honestRtu
    assert.deepEqual(await openReading(reader), GOOD)
  })

  it('waits for a dead unit no longer than its timeout, and reads the others', async () => {
    const gateway = await gatewayOf((request, socket) => {
      if (request.unit !== 9) honestRtu(request, socket)
    })
    const tags: ShortTag[] = [['dead', 'hr5', 'uint16', { unitId: '9' }], ...registers(2)]
    // Long enough for the others to answer on a busy machine.
    const { reader } = readerOf(gateway.port, tags, { ...RTU, timeout: 300 })
    await reader.open(never)
    const startedMs = performance.now()
    // It is asked again a second after the last time, which may come in the midst of these.
    for (let cycle = 0; cycle < 2 || (cycle < 5 && performance.now() - startedMs < 1500); cycle++) {
      const asked = gateway.requests.length
      const { values } = await reader.read(never)
      assert.deepEqual(values, [null, 0, 1])
      const dead = gateway.requests.slice(asked).filter(({ unit }) => unit === 9)
      // one question more, the first time, to one who may not know it; then it is left alone for a while
      assert.equal(dead.length, [2, 1][cycle] ?? 0, `cycle ${cycle}`)
    }
  })

  it('remembers over a new connection what it asked over the last one', async () => {
    const waiting: Buffer[] = []
    const gateway = await gatewayOf()
    const { reader } = readerOf(gateway.port, registers(1, 100), RTU)
    assert.deepEqual((await openReading(reader)).values, [100])
    gateway.behave = (request) => waiting.push(rtuReplyTo({ ...request, address: 999 }))
    await assert.rejects(reader.read(never), { code: 'no-answer' })
    await reader.close()
    // the gateway hands what is late to the next client
    gateway.behave = (request, socket) => {
      for (const late of waiting.splice(0)) socket.write(late)
      honestRtu(request, socket)
    }
    assert.deepEqual((await openReading(reader)).values, [100])
  })
})
