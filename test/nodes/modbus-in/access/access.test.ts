// Devices that need their time, or close the connection, over real sockets.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Fault } from '../../../../lib/contract/fault'
import { until } from '../../../support/until'
import { registers, type ShortTag } from '../config'
import { honest, replyTo } from '../raw-device'
import { closeAll, deviceOf, GOOD, never, openReading, readerOf } from '../reader-bench'

/** Three blocks. */
const APART: ShortTag[] = [...registers(2, 100), ...registers(2, 300), ...registers(2, 500)]
const ALL = [100, 101, 300, 301, 500, 501]

describe('a device that closes its connection', () => {
  afterEach(closeAll)

  it('after every answer: is read over as many connections, and that is told once', async () => {
    const device = await deviceOf((request, socket) => {
      socket.end(replyTo(request))
    })
    const { reader, logged } = readerOf(device.port, APART)
    await reader.open(never)
    for (let cycle = 0; cycle < 5; cycle++) assert.deepEqual((await reader.read(never)).values, ALL)
    assert.equal(device.connections, 15)
    assert.equal(logged.filter((line) => /closes the connection between two requests/.test(line)).length, 1)
  })

  it('while the next request is on its way: is asked once more', async () => {
    const answered = new Set<Socket>()
    const device = await deviceOf((request, socket) => {
      if (answered.has(socket)) socket.resetAndDestroy()
      else socket.write(replyTo(request))
      answered.add(socket)
    })
    const { reader } = readerOf(device.port, APART)
    await reader.open(never)
    for (let cycle = 0; cycle < 3; cycle++) assert.deepEqual((await reader.read(never)).values, ALL)
  })

  it('instead of an answer for one register: that register is bad, and the others are read', async () => {
    const device = await deviceOf((request, socket) => {
      if (request.address <= 301 && 301 < request.address + request.count) socket.destroy()
      else socket.write(replyTo(request))
    })
    const { reader } = readerOf(device.port, APART)
    await reader.open(never)
    const found = [100, 101, 300, null, 500, 501]
    for (let cycle = 0; cycle < 8; cycle++) {
      const { values } = await reader.read(never)
      if (values.every((value, at) => value === found[at])) break
      assert.deepEqual([...values.slice(0, 2), ...values.slice(4)], [100, 101, 500, 501])
    }
    device.connections = 0
    const { values, bad } = await reader.read(never)
    assert.deepEqual(values, found)
    assert.match(bad.get(3) ?? '', /^no answer within \d+ ms at .*301/)
    assert.ok(device.connections <= 1)
  })

  for (const [what, tags, culprit] of [
    ['the middle one of three blocks', APART, 301],
    ['one of two blocks', APART.slice(0, 4), 301],
    ['the only block', APART.slice(2, 4), 300],
  ] as const) {
    it(`instead of an answer for a register in ${what}, also where each request has a connection of its own`, async () => {
      for (const closesAlways of [false, true]) {
        const device = await deviceOf((request, socket) => {
          if (request.address <= culprit && culprit < request.address + request.count) socket.destroy()
          else if (closesAlways) socket.end(replyTo(request))
          else socket.write(replyTo(request))
        })
        const { reader } = readerOf(device.port, [...tags])
        await reader.open(never)
        const found = tags.map(([, address]) => (address === `hr${culprit}` ? null : Number(address.slice(2))))
        let good = 0
        for (let cycle = 0; cycle < 20 && good < 3; cycle++) {
          const values = await reader.read(never).then(
            (reading) => reading.values,
            async (thrown: unknown) => {
              assert.ok(thrown instanceof Fault && thrown.code === 'connection-closed-at-once', String(thrown))
              await reader.close()
              await reader.open(never)
              return []
            },
          )
          good = found.every((value, at) => value === values[at]) ? good + 1 : 0
        }
        assert.equal(good, 3)
      }
    })
  }

  it('and needs a moment before it takes the next one', async () => {
    for (const ms of [10, 100]) {
      let freeAtMs = 0
      const device = await deviceOf((request, socket) => {
        if (performance.now() < freeAtMs) {
          socket.destroy()
          return
        }
        freeAtMs = performance.now() + ms
        socket.end(replyTo(request))
      })
      const { reader } = readerOf(device.port, APART)
      await reader.open(never)
      for (let cycle = 0; cycle < 5; cycle++) assert.deepEqual((await reader.read(never)).values, ALL)
    }
  })
})

describe('a device that needs its time', () => {
  afterEach(closeAll)

  it('misses what comes within 100 ms behind an answer: is read whole after two cycles, and the row says what it needs', async () => {
    let answeredAtMs = Number.NEGATIVE_INFINITY
    const device = await deviceOf((request, socket) => {
      if (performance.now() - answeredAtMs < 100) return
      socket.write(replyTo(request))
      answeredAtMs = performance.now()
    })
    const { reader } = readerOf(device.port, APART, { timeout: 150, retries: 1 })
    await reader.open(never)
    const told: (string | undefined)[] = []
    for (let cycle = 0; cycle < 3; cycle++) told.push((await reader.read(never)).degraded)
    assert.deepEqual((await reader.read(never)).values, ALL)
    assert.match(told.join(), /requestDelay = 110/)
  })

  it('is given the pause that it is said to need', async () => {
    let answeredAtMs = Number.NEGATIVE_INFINITY
    const gaps: number[] = []
    const device = await deviceOf((request, socket) => {
      gaps.push(performance.now() - answeredAtMs)
      socket.write(replyTo(request))
      answeredAtMs = performance.now()
    })
    const { reader } = readerOf(device.port, APART, { requestDelay: 40 })
    await reader.open(never)
    await reader.read(never)
    assert.ok(Math.min(...gaps.slice(1)) >= 39, gaps.join())
  })

  it('swallows what comes within 400 ms after connecting: is read on the first connection, and the row says so', async () => {
    let connectedAtMs = 0
    const device = await deviceOf((request, socket) => {
      if (performance.now() - connectedAtMs >= 400) socket.write(replyTo(request))
    })
    device.greet = () => {
      connectedAtMs = performance.now()
    }
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 300, retries: 1 })
    await reader.open(never)
    let reading = await reader.read(never).catch(() => undefined)
    if (!reading) {
      await reader.close()
      await reader.open(never)
      reading = await reader.read(never)
    }
    assert.match(reading.degraded ?? '', /quiet for about 600 ms after connecting: connectDelay = 700/)
    await reader.close()
    assert.deepEqual(await openReading(reader), GOOD)
    assert.ok(device.connections <= 3)
  })

  it('answers nothing on a connection on which it was asked too soon: is left alone longer with each connection', async () => {
    let connectedAtMs = 0
    const spoiled = new Set<Socket>()
    const device = await deviceOf((request, socket) => {
      if (performance.now() - connectedAtMs < 500) spoiled.add(socket)
      if (!spoiled.has(socket)) socket.write(replyTo(request))
    })
    device.greet = () => {
      connectedAtMs = performance.now()
    }
    const { reader } = readerOf(device.port, registers(5, 100), { timeout: 50 })
    await assert.rejects(openReading(reader), { code: 'no-answer' })
    await reader.close()
    const { values, degraded } = await openReading(reader)
    assert.deepEqual(values, GOOD.values)
    assert.match(degraded ?? '', /connectDelay = 700/)
  })

  it('is given the time after connecting that it is said to need', async () => {
    let connectedAtMs = 0
    let askedAfterMs = 0
    const device = await deviceOf((request, socket) => {
      askedAfterMs = performance.now() - connectedAtMs
      honest(request, socket)
    })
    device.greet = () => {
      connectedAtMs = performance.now()
    }
    const { reader } = readerOf(device.port, registers(5, 100), { connectDelay: 120 })
    assert.deepEqual(await openReading(reader), GOOD)
    assert.ok(askedAfterMs >= 115, String(askedAfterMs))
  })

  it('stops waiting when told to', async () => {
    const device = await deviceOf()
    const { reader } = readerOf(device.port, registers(5, 100), { connectDelay: 60_000 })
    const stop = new AbortController()
    const opening = reader.open(stop.signal)
    await until(() => device.connections === 1)
    stop.abort()
    await assert.rejects(opening, { code: 'stopped' })
  })
})

describe('a connection that others want, too', () => {
  afterEach(closeAll)

  it('is given back after each cycle', async () => {
    const device = await deviceOf()
    let open = 0
    device.greet = (socket) => {
      open++
      socket.on('close', () => open--)
    }
    const { reader, logged } = readerOf(device.port, registers(5, 100), { closeAfterCycle: true })
    await reader.open(never)
    for (let cycle = 1; cycle <= 5; cycle++) {
      assert.deepEqual(await reader.read(never), GOOD)
      await until(() => open === 0)
      assert.equal(device.connections, cycle)
    }
    assert.deepEqual(logged, [])
  })
})
