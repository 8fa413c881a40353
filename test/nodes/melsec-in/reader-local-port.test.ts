// PLCs that answer one named port only, over real sockets: late answers come to the port that the next request comes from.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { encodings, frameNames, type Plc } from '../../../nodes/melsec-in/series'
import { until } from '../../support/until'
import { registers, type ShortTag } from './config'
import { atTheEnd, closeAll, never, openReading, plcOf, readerOf } from './reader-bench'

const TIMEOUT_MS = 40

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '0.0.0.0')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

async function namedPairOf({ series, frame, encoding }: Plc, tags: ShortTag[], others: object = {}) {
  const localPort = await freePort()
  const device = await plcOf({
    series,
    ports: [{ transport: 'udp', encoding, frames: [frame], answersTo: localPort }],
  })
  const node = { series, frame, encoding, transport: 'udp', localPort, timeout: TIMEOUT_MS, ...others }
  return { device, localPort, ...readerOf(device.port, tags, node) }
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

const Q: Plc = { series: 'q', frame: '3E', encoding: 'binary' }

describe('a MELSEC reader and a PLC that answers one named port only', () => {
  afterEach(closeAll)

  for (const frame of frameNames) {
    for (const encoding of encodings) {
      it(`asks from that port, over connections: ${frame} ${encoding}`, async () => {
        const { device, reader } = await namedPairOf({ ...Q, frame, encoding }, registers(1500), { timeout: 500 })
        for (let connection = 0; connection < 3; connection++) {
          await reader.open(never)
          for (let cycle = 0; cycle < 2; cycle++) assert.equal((await reader.read(never)).bad.size, 0)
          await reader.close()
          await reader.close()
        }
        await reader.open(never)
        await device.goOffline()
        assert.ok((await cycleOf(reader)) instanceof Fault)
        await device.comeBack()
        const reading = await cycleOf(reader)
        assert.ok(!(reading instanceof Fault), String(reading))
        assert.equal(reading.bad.size, 0)
      })
    }
  }

  it('has no answer from any other port', async () => {
    const { reader } = await namedPairOf(Q, registers(3), { localPort: 0 })
    await assert.rejects(openReading(reader), { kind: 'link', code: 'no-answer' })
  })

  it('says whose port it is when it is taken, and reads when it is free again', async () => {
    const { device, localPort, reader } = await namedPairOf(Q, registers(3), { timeout: 2000 })
    const { reader: second } = readerOf(device.port, registers(3), { transport: 'udp', localPort, timeout: 2000 })
    await openReading(reader)
    await assert.rejects(second.open(never), {
      kind: 'link',
      code: 'local-port-taken',
      message: new RegExp(`^localPort ${localPort}: this port of this computer is taken; .* another localPort`),
    })
    assert.equal((await reader.read(never)).bad.size, 0)
    await reader.close()
    assert.equal((await openReading(second)).bad.size, 0)
  })

  it('does not mind who has the port of that number for TCP', async () => {
    const { localPort, reader } = await namedPairOf(Q, registers(3), { timeout: 2000 })
    const server = createServer().listen(localPort, '127.0.0.1')
    atTheEnd(async () => {
      server.close()
    })
    await once(server, 'listening')
    assert.equal((await openReading(reader)).bad.size, 0)
  })

  for (const frame of ['3E', '1E'] as const) {
    for (const late of [
      { kind: 'latency', ms: 1.5 * TIMEOUT_MS },
      { kind: 'latency', ms: 3 * TIMEOUT_MS },
      { kind: 'delay', ms: 2.5 * TIMEOUT_MS },
    ] as const) {
      it(`never takes a late answer for the next one: ${frame} with ${late.kind} ${late.ms}`, async () => {
        const tags = [...registers(50), ...registers(50, 1000)]
        const { device, reader, logged } = await namedPairOf({ ...Q, frame }, tags, { interval: 100 })
        for (let at = 0; at < 50; at++) {
          device.memory.set('D', at, at + 1)
          device.memory.set('D', 1000 + at, 1001 + at)
        }
        const expected = [0, 1000].flatMap((first) => Array.from({ length: 50 }, (_, at) => first + at + 1))
        let good = 0
        for (let round = 0; round < 4; round++) {
          device.door.faults.set([{ ...late, every: round % 2 === 0 ? 1 : 3 }])
          for (let cycle = 0; cycle < 6; cycle++) hold(await cycleOf(reader))
          device.door.faults.set([])
          good = 0
          for (let cycle = 0; cycle < 3; cycle++) good = hold(await cycleOf(reader))
        }
        assert.equal(good, expected.length)
        assert.match(logged.join('\n'), /an answer came after more than 40 ms and was dropped/)

        function hold(reading: Reading | Fault): number {
          if (reading instanceof Fault) return 0
          reading.values.forEach((value, column) => {
            assert.ok(value === null || value === expected[column], `${value} in column ${column}`)
          })
          return reading.values.filter((value) => value !== null).length
        }
      })
    }
  }

  it('asks on at once when what was late has come, and at 4E does not wait at all', async () => {
    const slow = 2000
    for (const frame of ['3E', '4E'] as const) {
      const { device, reader } = await namedPairOf({ ...Q, frame }, registers(3), { timeout: slow })
      await openReading(reader)
      device.door.faults.set([{ kind: 'latency', ms: 1.05 * slow, times: 1 }])
      const startedMs = performance.now()
      await cycleOf(reader)
      const reading = await cycleOf(reader)
      assert.ok(!(reading instanceof Fault) && reading.bad.size === 0)
      assert.ok(performance.now() - startedMs < 2 * slow)
    }
  }).timeout(20_000)

  for (const frame of ['3E', '4E', '1E'] as const) {
    it(`takes no answer that is late for a process before: ${frame}`, async () => {
      const { device, localPort, reader } = await namedPairOf({ ...Q, frame }, registers(3))
      device.memory.set('D', 0, 1, 2, 3)
      device.memory.set('D', 1000, 11, 12, 13)
      await openReading(reader)
      device.door.faults.set([{ kind: 'latency', ms: 2 * TIMEOUT_MS, times: 1 }])
      const { requests } = device.door
      const cut = cycleOf(reader)
      await until(() => device.door.requests > requests)
      await reader.close()
      await cut
      const node = { series: 'q', frame, transport: 'udp', localPort, timeout: TIMEOUT_MS }
      const { reader: next } = readerOf(device.port, registers(3, 1000), node)
      await next.open(never)
      for (let cycle = 0; cycle < 5; cycle++) {
        const reading = await cycleOf(next)
        if (!(reading instanceof Fault)) assert.deepEqual(reading.values, [11, 12, 13])
      }
    })
  }

  it('stops at once while it waits for what is late', async () => {
    const { device, reader } = await namedPairOf(Q, registers(3), { timeout: 50 })
    await openReading(reader)
    device.door.faults.set([{ kind: 'silent' }])
    assert.ok((await cycleOf(reader)) instanceof Fault)
    await reader.open(never)
    const stop = new AbortController()
    const reading = reader.read(stop.signal)
    stop.abort()
    await assert.rejects(reading, { kind: 'link', code: 'stopped' })
  })
})
