import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import type { Plc } from '../../../nodes/melsec-in/series'
import { TRANSPORTS } from '../../../simulators/melsec/melsec-device'
import { until } from '../../support/until'
import { registers, type ShortTag } from './config'
import { atTheEnd, closeAll, never, openReading, pairOf, plcOf, readerOf } from './reader-bench'

const RECOVERY_MS = 10_000
const Q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }

/** The columns that are bad after the searches of some cycles, with their reasons. */
async function badAfter(reader: Reader, cycles: number): Promise<[number, string][]> {
  let reading: Reading = await openReading(reader)
  for (let cycle = 1; cycle < cycles; cycle++) reading = await reader.read(never)
  for (const [column, value] of reading.values.entries()) assert.equal(value === null, reading.bad.has(column))
  return [...reading.bad]
}

describe('a MELSEC reader and an address that the PLC refuses', () => {
  afterEach(closeAll)

  const plcs: Plc[] = [
    Q,
    { series: 'q', frame: '4E', encoding: 'ascii' },
    { series: 'iqr', frame: '4E', encoding: 'binary' },
    { series: 'fx5', frame: '3E', encoding: 'binary' },
    { series: 'fx3', frame: '1E', encoding: 'binary' },
    { series: 'a', frame: '1E', encoding: 'ascii' },
  ]
  for (const plc of plcs) {
    it(`costs no other of 500 tags anything: ${plc.series} ${plc.frame} ${plc.encoding}`, async () => {
      const { device, reader, logged } = await pairOf(plc, 'tcp', registers(500))
      device.memory.refuse([{ device: 'D', number: 250, count: 1 }])
      const [bad, ...others] = await badAfter(reader, 2)
      assert.deepEqual(others, [])
      assert.equal(bad?.[0], 250)
      assert.match(bad?.[1] ?? '', /^end code [0-9A-F]{2,4} at D250: .*; /)
      assert.equal(device.door.connections, 1)
      assert.ok(
        logged.some((text) => /^warn: end code .* at D250/.test(text)),
        logged.join('\n'),
      )
      const before = device.door.requests
      await reader.read(never)
      const asked = device.door.requests - before
      assert.ok(asked <= (plc.frame === '1E' ? 9 : 3), `${asked} requests`)
    })
  }

  it('costs none of those that are picked at random with it anything', async () => {
    const tags = Array.from({ length: 100 }, (_, at): ShortTag => [`t${at}`, `D${at * 100}`])
    const { device, reader } = await pairOf(Q, 'tcp', tags)
    device.memory.refuse([{ device: 'D', number: 4200, count: 1 }])
    const bad = await badAfter(reader, 2)
    assert.deepEqual(
      bad.map(([column]) => column),
      [42],
    )
    assert.match(bad[0]?.[1] ?? '', /^end code [0-9A-F]{4} at D4200: /)
    assert.equal(device.door.connections, 1)
  })

  it('may be beyond what the parameters of the PLC give, in every kind of device', async () => {
    const tags: ShortTag[] = [
      ['d', 'D12287'],
      ['beyond d', 'D12288'],
      ['m', 'M8191', 'bool'],
      ['beyond m', 'M8192', 'bool'],
      ['ts', 'TS2047', 'bool'],
      ['beyond ts', 'TS2048', 'bool'],
    ]
    const { reader } = await pairOf(Q, 'tcp', tags)
    assert.deepEqual(
      (await badAfter(reader, 3)).map(([column]) => column),
      [1, 3, 5],
    )
  })

  it('is no reason to connect again, nor is a locked port: its words stand at every tag', async () => {
    const { device, reader } = await pairOf(Q, 'tcp', registers(3))
    device.lock(true)
    const bad = await badAfter(reader, 3)
    assert.equal(bad.length, 3)
    assert.match(bad[0]?.[1] ?? '', /^end code C201 at D0 to D2: the port is locked by a remote password; /)
    device.lock(false)
    assert.equal((await reader.read(never)).bad.size, 0)
    assert.equal(device.door.connections, 1)
  })
})

describe('a MELSEC reader and a PLC that is not there', () => {
  afterEach(closeAll)

  it('says so, and is well when it is back', async () => {
    for (const transport of TRANSPORTS) {
      const { device, reader } = await pairOf(Q, transport, registers(3))
      assert.equal((await openReading(reader)).bad.size, 0)
      await device.goOffline()
      await assert.rejects(reader.read(never), { kind: 'link' })
      await reader.close()
      await assert.rejects(openReading(reader), {
        kind: 'link',
        code: 'connection-refused',
        message: /is this port open in the Ethernet parameters of the PLC/,
      })
      await reader.close()
      await device.comeBack()
      assert.equal((await openReading(reader)).bad.size, 0)
    }
  })

  it('says what to look at when it accepts and never answers', async () => {
    for (const frame of ['3E', '4E', '1E'] as const) {
      for (const transport of TRANSPORTS) {
        const { device, reader } = await pairOf({ ...Q, frame }, transport, registers(2000), { timeout: 40 })
        device.door.faults.set([{ kind: 'silent' }])
        await assert.rejects(openReading(reader), {
          kind: 'link',
          code: 'no-answer',
          message: /unanswered for 40 ms; are frame .* and data code .* those of its port/,
        })
        await reader.close()
        device.door.faults.set([])
        await patiently(reader)
      }
    }
  })

  it('stops at once when told to', async () => {
    for (const transport of TRANSPORTS) {
      const { device, reader } = await pairOf(Q, transport, registers(3), { timeout: 60_000 })
      await openReading(reader)
      device.door.faults.set([{ kind: 'silent' }])
      const stop = new AbortController()
      const before = device.door.requests
      const reading = reader.read(stop.signal)
      await until(() => device.door.requests > before)
      stop.abort()
      await assert.rejects(reading, { kind: 'link', code: 'stopped' })
      await reader.close()
      await reader.close()
    }
  })

  it('waits for the place of a client that died, and says so', async () => {
    const device = await plcOf()
    device.door.manners = { clientsMax: 1, turnAway: 'refuse', holdPlaceMs: 200 }
    const { reader: first } = readerOf(device.port, registers(3))
    await openReading(first)
    await first.close()
    const { reader } = readerOf(device.port, registers(3))
    await assert.rejects(openReading(reader), {
      kind: 'link',
      message: /keep the place of a client that died|serve one client only/,
    })
    await reader.close()
    await patiently(reader)
  })

  it('loses no cycle when the PLC closes the connection between two', async () => {
    const device = await plcOf()
    device.door.manners = { clientsMax: 1, turnAway: 'refuse', idleCloseMs: 20 }
    const { reader } = readerOf(device.port, registers(3))
    await reader.open(never)
    for (let cycle = 0; cycle < 4; cycle++) {
      assert.equal((await reader.read(never)).bad.size, 0)
      await until(() => device.door.clients === 0)
      await delay(10)
    }
    assert.equal(device.door.connections, 4)
  })
})

describe('a MELSEC reader and an answer that is late', () => {
  afterEach(closeAll)

  const TIMEOUT_MS = 300
  const tags = [...registers(500), ...registers(500, 5000)]

  it('keeps the connection with 4E, whose frames have numbers', async () => {
    for (const transport of TRANSPORTS) {
      const { device, reader, logged } = await pairOf({ ...Q, frame: '4E' }, transport, tags, { timeout: TIMEOUT_MS })
      await openReading(reader)
      device.door.faults.set([{ kind: 'latency', ms: TIMEOUT_MS + 10, times: 1 }])
      const reading = await reader.read(never)
      assert.equal(reading.bad.size, 500)
      assert.equal(reading.bad.get(0), 'no answer within 300 ms')
      assert.equal(reading.degraded, 'no answer from the PLC (1 request)')
      await until(() => logged.length > 0)
      assert.match(logged.join(), /^debug: an answer came after more than 300 ms and was dropped \(1 so far\)$/)
      assert.equal((await reader.read(never)).bad.size, 0)
      assert.equal(device.door.connections, 1)
    }
  })

  it('asks on over another connection with 3E and 1E, where it could be taken for the next one', async () => {
    for (const frame of ['3E', '1E'] as const) {
      const { device, reader } = await pairOf({ ...Q, frame }, 'tcp', tags, { timeout: TIMEOUT_MS })
      const width = (await openReading(reader)).values.length
      const { connections } = device.door
      device.door.faults.set([{ kind: 'latency', ms: TIMEOUT_MS + 10, times: 1 }])
      const reading = await reader.read(never)
      assert.equal(reading.degraded, 'no answer from the PLC (1 request)')
      assert.ok(reading.bad.size > 0 && reading.bad.size < width, `${reading.bad.size} bad`)
      assert.deepEqual(new Set(reading.bad.values()), new Set(['no answer within 300 ms']))
      for (const value of reading.values) assert.ok(value === null || value === 0)
      assert.equal((await reader.read(never)).bad.size, 0)
      assert.equal(device.door.connections, connections + 1)
    }
  })
})

describe('a MELSEC reader that is set up wrong', () => {
  afterEach(closeAll)

  const rows: [node: object, port: object, says: RegExp][] = [
    [{ encoding: 'binary' }, { encoding: 'ascii' }, /it answers in ASCII: set PLC and node to the same data code/],
    [
      { encoding: 'ascii' },
      { encoding: 'binary' },
      /it answers in binary: set PLC and node to the same data code|does not answer with 3E/,
    ],
  ]
  for (const [node, port, says] of rows) {
    for (const transport of TRANSPORTS) {
      it(`says what: ${JSON.stringify(node)} at a port with ${JSON.stringify(port)} over ${transport}`, async () => {
        const device = await plcOf({ ports: [{ transport, frames: ['3E'], ...port }] })
        const { reader } = readerOf(device.port, registers(3), { transport, timeout: 500, ...node })
        await assert.rejects(openReading(reader), { kind: 'protocol', message: says })
      })
    }
  }

  it('says which series the PLC is, where it can be asked', async () => {
    const { reader, logged } = await pairOf({ series: 'fx5', frame: '3E', encoding: 'binary' }, 'udp', registers(3))
    await openReading(reader)
    await reader.close()
    await openReading(reader)
    assert.deepEqual(logged, ['info: the PLC is a FX5U-32MR/DS'])
  })
})

describe('a MELSEC reader and a PLC that does not know random reads', () => {
  afterEach(closeAll)

  it('reads in batches from the first cycle on', async () => {
    const { port, commands } = await plcWithoutRandom()
    const { reader, logged } = readerOf(
      port,
      [
        ['near', 'D1'],
        ['far', 'D5000'],
      ],
      { timeout: 500 },
    )
    assert.deepEqual((await openReading(reader)).values, [1, 5000])
    assert.deepEqual((await reader.read(never)).values, [1, 5000])
    assert.deepEqual(commands, ['0401', '0403', '0401', '0401', '0401', '0401'])
    assert.deepEqual(logged, [
      'warn: the PLC cannot be asked for points picked at random (command 0403): it refuses it with end code C059, though it answers batches. All are read in batches from now on; with "randomRead" off the trial is spared',
    ])
  })
})

/** Speaks 3E in binary; words hold their own number. */
async function plcWithoutRandom() {
  const commands: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (request: Buffer) => {
      const command = request.readUInt16LE(11).toString(16).padStart(4, '0')
      commands.push(command)
      const answer = Buffer.from('d00000ffff030004000000', 'hex')
      if (command === '0403') answer.writeUInt16LE(0xc059, 9)
      const words = command === '0401' ? Buffer.of(request[15] ?? 0, request[16] ?? 0) : Buffer.alloc(0)
      answer.writeUInt16LE(2 + words.length, 7)
      socket.write(Buffer.concat([answer, words]))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atTheEnd(async () => {
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return { port: address.port, commands }
}

/** With the attempts of a collector, but for its pauses: until all is good. */
async function patiently(reader: Reader): Promise<void> {
  await until(async () => {
    try {
      return (await openReading(reader)).bad.size === 0
    } catch (thrown) {
      assert.ok(thrown instanceof Fault && (thrown.kind === 'link' || thrown.kind === 'protocol'), String(thrown))
      await reader.close()
      return false
    }
  }, RECOVERY_MS)
}
