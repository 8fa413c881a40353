// Servers that answer batches and do something else at a random read, over real sockets.

import assert from 'node:assert/strict'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { encodings, type Plc } from '../../../nodes/melsec-in/series'
import { type MelsecDevice, TRANSPORTS, type Transport } from '../../../simulators/melsec/melsec-device'
import type { RandomManners } from '../../../simulators/melsec/random-manners'
import type { Encoding } from '../../../simulators/melsec/series'
import { until } from '../../support/until'
import type { ShortTag } from './config'
import { closeAll, never, plcOf, readerOf } from './reader-bench'

const TIMEOUT_MS = 150
/** Many requests as batches, one at random. */
const FAR: ShortTag[] = Array.from({ length: 12 }, (_, at) => [`t${at}`, `D${at * 500}`])
const expected = FAR.map((_, at) => at + 1)
const SPARE_ADVICE = /^warn: the PLC cannot be asked for points picked at random \(command 0403\): .* "randomRead" off/

type Server = { device: MelsecDevice; randoms(): number }

async function serverOf(
  random: RandomManners | undefined,
  { series = 'q', frame, encoding }: Partial<Plc> & Pick<Plc, 'frame' | 'encoding'>,
  transport: Transport = 'tcp',
): Promise<Server> {
  let count = 0
  const device = await plcOf({
    series,
    ports: [
      {
        transport,
        encoding,
        frames: [frame],
        manners: {},
        ...(random !== undefined && { random }),
        onRequest: (request) => {
          if (commandOf(request, frame, encoding) === 0x0403) count++
        },
      },
    ],
  })
  FAR.forEach((_, at) => {
    device.memory.set('D', at * 500, at + 1)
  })
  return { device, randoms: () => count }
}

function commandOf(request: Buffer, frame: Plc['frame'], encoding: Encoding): number {
  const at = frame === '4E' ? 15 : 11
  return encoding === 'binary'
    ? request.readUInt16LE(at)
    : Number.parseInt(request.toString('latin1', 2 * at, 2 * at + 4), 16)
}

/** A cycle with the reconnecting of a collector, but for its pauses. */
async function cycleOf(reader: Reader): Promise<Reading | Fault> {
  try {
    return await reader.read(never).catch(async (thrown) => {
      if (!(thrown instanceof Fault) || thrown.code !== 'not-connected') throw thrown
      await reader.open(never)
      return await reader.read(never)
    })
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, String(thrown))
    await reader.close()
    return thrown
  }
}

describe('a MELSEC reader and a server that cannot be asked for points at random', () => {
  afterEach(closeAll)

  const servers: [random: RandomManners, how: RegExp, tries: number][] = [
    ['closes', /it closes the connection,/, 2],
    ['silent', /it does not answer,/, 2],
    ['mute', /it does not answer,/, 2],
    ...[0xc05c, 0xc05f, 0xc059, 0x4001, 0x4002, 0xc0b5, 0xdf50, 0x4030, 0x1234].map(
      (endCode): [RandomManners, RegExp, number] => [
        { endCode },
        new RegExp(`it refuses it with end code ${endCode.toString(16).toUpperCase()},`),
        1,
      ],
    ),
  ]
  for (const [random, how, tries] of servers) {
    for (const frame of ['3E', '4E'] as const) {
      for (const encoding of encodings) {
        for (const transport of random === 'closes' ? (['tcp'] as const) : TRANSPORTS) {
          it(`reads all of it in batches: ${JSON.stringify(random)} to ${frame} ${encoding} over ${transport}`, async () => {
            const { device, randoms } = await serverOf(random, { frame, encoding }, transport)
            const { reader, logged } = readerOf(device.port, FAR, { frame, encoding, transport, timeout: TIMEOUT_MS })
            await reader.open(never)
            for (let cycle = 0; cycle < 4; cycle++) assert.deepEqual((await reader.read(never)).values, expected)
            assert.equal(randoms(), tries)
            assert.equal(logged.length, 1, logged.join('\n'))
            assert.match(logged[0] ?? '', SPARE_ADVICE)
            assert.match(logged[0] ?? '', how)
            await reader.close()
            await reader.open(never)
            assert.deepEqual((await reader.read(never)).values, expected)
            assert.equal(randoms(), tries, 'it is remembered over connections')
            assert.equal(reader.forecast?.()?.requests, FAR.length)
          })
        }
      }
    }
  }

  it('is not asked so at all when the node says that', async () => {
    const { device, randoms } = await serverOf('closes', { frame: '3E', encoding: 'binary' })
    const { reader, logged } = readerOf(device.port, FAR, { randomRead: false })
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, expected)
    assert.equal(randoms(), 0)
    assert.deepEqual(logged, [])
    assert.equal(device.door.connections, 1)
  })

  it('costs what has no other way its values, and nothing else', async () => {
    const iqr = { series: 'iqr', frame: '4E', encoding: 'binary' } as const
    const { device } = await serverOf('closes', iqr)
    const tags: ShortTag[] = [...FAR.slice(0, 3), ['lz', 'LZ0', 'int32'], ['more', 'D9000']]
    const { reader } = readerOf(device.port, tags, { ...iqr, timeout: TIMEOUT_MS })
    for (let cycle = 0; cycle < 4; cycle++) {
      const reading = await cycleOf(reader)
      assert.ok(!(reading instanceof Fault), String(reading))
      assert.deepEqual(reading.values, [1, 2, 3, null, 0])
      assert.match(reading.bad.get(3) ?? '', /^LZ0 can be read at random only \(command 0403\), which /)
    }
  })
})

describe('a MELSEC reader and a PLC that can be asked for points at random', () => {
  afterEach(closeAll)

  const q3E = { frame: '3E', encoding: 'binary' } as const

  it('asks for one, once, then for all of them', async () => {
    const { device, randoms } = await serverOf(undefined, q3E)
    const { reader, logged } = readerOf(device.port, FAR)
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, expected)
    assert.deepEqual([randoms(), device.door.requests], [4, 5])
    assert.deepEqual(logged, [])
  })

  it('tries another point when the first does not exist', async () => {
    const { device, randoms } = await serverOf(undefined, q3E)
    device.memory.refuse([{ device: 'D', number: 0, count: 1 }])
    const { reader, logged } = readerOf(device.port, FAR)
    await reader.open(never)
    for (let cycle = 0; cycle < 4; cycle++) {
      const { values, bad } = await reader.read(never)
      assert.deepEqual([values.slice(1), [...bad.keys()]], [expected.slice(1), [0]])
    }
    assert.ok(randoms() > 1)
    assert.ok(!logged.some((text) => SPARE_ADVICE.test(text)), logged.join('\n'))
  })

  it('keeps random reads though the PLC was off again and again, each time at one', async () => {
    for (const transport of TRANSPORTS) {
      const { device, randoms } = await serverOf(undefined, q3E, transport)
      const { reader, logged } = readerOf(device.port, FAR, { transport, timeout: TIMEOUT_MS })
      for (let outage = 0; outage < 5; outage++) {
        for (let cycle = 0; cycle < 2; cycle++) assert.ok(!((await cycleOf(reader)) instanceof Fault))
        const before = randoms()
        device.door.faults.set([{ kind: 'silent' }])
        for (let cycle = 0; cycle < 2; cycle++) assert.ok((await cycleOf(reader)) instanceof Fault)
        assert.ok(randoms() > before)
        device.door.faults.set([])
      }
      for (let cycle = 0; cycle < 2; cycle++) assert.ok(!((await cycleOf(reader)) instanceof Fault))
      const before = device.door.requests
      await reader.read(never)
      assert.equal(device.door.requests - before, 1)
      assert.deepEqual(logged, [])
    }
  })

  it('keeps them when an answer is lost now and then', async () => {
    const { device } = await serverOf(undefined, { frame: '4E', encoding: 'binary' }, 'udp')
    const { reader, logged } = readerOf(device.port, FAR, { frame: '4E', transport: 'udp', timeout: 100 })
    device.door.faults.set([{ kind: 'silent', every: 11 }])
    for (let cycle = 0; cycle < 60; cycle++) await cycleOf(reader)
    device.door.faults.set([])
    for (let cycle = 0; cycle < 2; cycle++) await cycleOf(reader)
    const before = device.door.requests
    await reader.read(never)
    assert.equal(device.door.requests - before, 1, logged.join('\n'))
  })
})

describe('a MELSEC reader and a PLC that no longer knows random reads', () => {
  afterEach(closeAll)

  for (const [endCode, others] of [
    [0xc05c, {}],
    [0xc059, {}],
    [0xc05f, {}],
    [0x4001, {}],
    [0xc05f, { frame: '4E', encoding: 'ascii' }],
  ] as const) {
    const way = { frame: '3E', encoding: 'binary', ...others } as const
    it(`reads all in batches in the same cycle, and tells it once: ${endCode.toString(16)}, ${way.frame} ${way.encoding}`, async () => {
      const { device, randoms } = await serverOf(undefined, way)
      const { reader, logged } = readerOf(device.port, FAR, { ...way, timeout: TIMEOUT_MS })
      await reader.open(never)
      for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, expected)
      device.refuseRandom(endCode)
      const first = await reader.read(never)
      assert.deepEqual(first.values, expected)
      const code = endCode.toString(16).toUpperCase()
      assert.match(first.degraded ?? '', new RegExp(`any more: it refuses it with end code ${code}, .* 1 min;`))
      const before = randoms()
      for (let cycle = 0; cycle < 5; cycle++) {
        const { values, degraded } = await reader.read(never)
        assert.deepEqual([values, degraded], [expected, undefined])
      }
      await reader.close()
      await reader.open(never)
      assert.deepEqual((await reader.read(never)).values, expected)
      assert.equal(randoms(), before, 'it is asked for again')
      assert.equal(logged.filter((line) => line.includes('command 0403')).length, 1, logged.join('\n'))
      assert.equal(device.door.connections, 2)
    })
  }

  it('picks at random as before where one of the points is refused', async () => {
    const { device } = await serverOf(undefined, { frame: '3E', encoding: 'binary' })
    const { reader, logged } = readerOf(device.port, FAR)
    await reader.open(never)
    for (let cycle = 0; cycle < 2; cycle++) await reader.read(never)
    device.memory.refuse([{ device: 'D', number: 500, count: 1 }])
    for (let cycle = 0; cycle < 4; cycle++) {
      const { values } = await reader.read(never)
      assert.deepEqual(
        values,
        expected.map((value) => (value === 2 ? null : value)),
      )
    }
    const before = device.door.requests
    await reader.read(never)
    // two blocks without it, and the point itself
    assert.ok(device.door.requests - before <= 3, `${device.door.requests - before} requests`)
    assert.ok(!logged.some((line) => line.includes('command 0403')), logged.join('\n'))
  })
})

describe('a MELSEC reader and a server for one client that closes the connection at a random read', () => {
  afterEach(closeAll)

  it('has no tag bad for more than two cycles', async () => {
    const { device } = await serverOf('closes', { frame: '3E', encoding: 'binary' })
    device.door.manners = { clientsMax: 1, turnAway: 'refuse' }
    const { reader } = readerOf(device.port, FAR, { timeout: TIMEOUT_MS })
    const faults: Fault[] = []
    for (let cycle = 0; cycle < 6; cycle++) {
      const reading = await cycleOf(reader)
      if (reading instanceof Fault) {
        faults.push(reading)
        await until(() => device.door.clients === 0)
      } else assert.deepEqual(reading.values, expected)
    }
    assert.ok(faults.length <= 2, faults.join('\n'))
  })
})

describe('a MELSEC reader and a server that does not know the command for the type of the CPU', () => {
  afterEach(closeAll)

  it('reads all the same', async () => {
    const fx5 = { series: 'fx5', frame: '3E', encoding: 'binary' } as const
    const { device } = await serverOf(undefined, fx5)
    device.door.faults.set([{ kind: 'reset-at-request', request: 1, times: 1 }])
    const { reader, logged } = readerOf(device.port, FAR, fx5)
    await reader.open(never)
    assert.deepEqual((await reader.read(never)).values, expected)
    assert.deepEqual(logged, [])
  })
})
