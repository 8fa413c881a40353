import assert from 'node:assert/strict'
import type { InjectedFault } from '../../../simulators/faults/injected-fault'
import { garbageOf } from '../../../simulators/faults/reply-script'
import { MelsecDevice, type MelsecOptions } from '../../../simulators/melsec/melsec-device'
import { until } from '../../support/until'
import { RawClient } from '../raw-client'
import { RawDatagrams } from '../raw-datagrams'
import { batchRequest, endCodeOf, request1E } from './requests'

/** D0 and D1, which are 1234 and 5678 (hexadecimal). */
const D0 = { device: 'D', number: 0, points: 2, unit: 'words' } as const
const REQUEST = batchRequest(D0)
const REPLY = Buffer.from('d00000ffff030006000000' + '34127856', 'hex')
const LENGTH = REPLY.length
const ASCII_REPLY = 'D00000FF03FF00000C000012345678'

describe('A simulated PLC', () => {
  const opened: { close(): unknown }[] = []
  const start = async (options: MelsecOptions): Promise<MelsecDevice> => {
    const plc = await MelsecDevice.start(options)
    opened.push(plc)
    plc.memory.set('D', 0, 0x1234, 0x5678)
    return plc
  }
  const connect = async (port: number): Promise<RawClient> => {
    const client = await RawClient.connect(port)
    opened.push(client)
    return client
  }
  const listen = async (port: number): Promise<RawDatagrams> => {
    const client = await RawDatagrams.connect(port)
    opened.push(client)
    return client
  }
  afterEach(async () => {
    for (const resource of opened.splice(0).reverse()) await resource.close()
  })

  it('opens a port for each of its settings, and refuses none of them', async () => {
    const plc = await start({
      series: 'iqr',
      ports: [
        { transport: 'tcp', encoding: 'binary' },
        { transport: 'tcp', encoding: 'ascii' },
        { transport: 'udp', encoding: 'binary' },
        { transport: 'udp', encoding: 'ascii' },
      ],
    })
    const [binary = 0, ascii = 0, datagrams = 0, asciiDatagrams = 0] = plc.ports.map(({ port }) => port)
    const first = await connect(binary)
    first.send(REQUEST)
    assert.deepEqual(await first.receive(LENGTH), REPLY)
    const second = await connect(ascii)
    second.send(batchRequest(D0, { encoding: 'ascii' }))
    assert.equal((await second.receive(ASCII_REPLY.length)).toString('latin1'), ASCII_REPLY)
    const third = await listen(datagrams)
    third.send(REQUEST)
    assert.deepEqual(await third.receive(1), [REPLY])
    const fourth = await listen(asciiDatagrams)
    fourth.send(batchRequest(D0, { encoding: 'ascii' }))
    assert.equal((await fourth.receive(1)).join(), ASCII_REPLY)
    assert.deepEqual(
      plc.ports.map(({ requests }) => requests),
      [1, 1, 1, 1],
    )
  })

  it('answers requests in the order in which they came, also those of different frames', async () => {
    const plc = await start({ series: 'q' })
    const client = await connect(plc.port)
    client.send(REQUEST, batchRequest(D0, { frame: '4E', serial: 0x1234 }), request1E('words', 'D', 0, 1), REQUEST)
    const all = await client.receive(2 * LENGTH + LENGTH + 4 + 4)
    const reply4E = Buffer.from('d4003412000000ffff030006000000' + '34127856', 'hex')
    assert.deepEqual(all, Buffer.concat([REPLY, reply4E, Buffer.from('81003412', 'hex'), REPLY]))
  })

  for (const turnAway of ['refuse', 'reset', 'close'] as const) {
    it(`has one client a port: to another one it does ${turnAway}, and welcomes it when the first has gone`, async () => {
      const plc = await start({ series: 'q', ports: [{ manners: { clientsMax: 1, turnAway } }] })
      const first = await connect(plc.port)
      first.send(REQUEST)
      await first.receive(LENGTH)
      const expected = { refuse: 'ECONNREFUSED', reset: 'ECONNRESET', close: 'end' }
      assert.equal(await endOfConnection(plc.port), expected[turnAway])
      first.send(REQUEST)
      assert.deepEqual(await first.receive(2 * LENGTH), Buffer.concat([REPLY, REPLY]))
      first.close()
      await until(() => plc.door.clients === 0)
      const second = await connect(plc.port)
      second.send(REQUEST)
      assert.deepEqual(await second.receive(LENGTH), REPLY)
    })
  }

  it('refuses another client if nothing else is said, over TCP', async () => {
    const plc = await start({ series: 'q', ports: [{}, { transport: 'udp' }] })
    const first = await connect(plc.port)
    first.send(REQUEST)
    await first.receive(LENGTH)
    assert.equal(await endOfConnection(plc.port), 'ECONNREFUSED')
    plc.door.manners = {}
    const second = await connect(plc.port)
    second.send(REQUEST)
    assert.deepEqual(await second.receive(LENGTH), REPLY)
    for (const client of [await listen(plc.ports[1]?.port ?? 0), await listen(plc.ports[1]?.port ?? 0)]) {
      client.send(REQUEST)
      assert.deepEqual(await client.receive(1), [REPLY])
    }
    await plc.close()
    assert.deepEqual([await first.end(), await second.end()], ['ECONNRESET', 'ECONNRESET'])
  })

  it('keeps the place of a client that has gone for a time, and frees it when it is switched off', async () => {
    const plc = await start({ series: 'q' })
    plc.door.manners = { clientsMax: 1, turnAway: 'refuse', holdPlaceMs: 60_000 }
    const first = await connect(plc.port)
    first.send(REQUEST)
    await first.receive(LENGTH)
    first.close()
    await until(() => plc.door.clients === 0)
    assert.equal(await endOfConnection(plc.port), 'ECONNREFUSED')
    plc.door.manners = { ...plc.door.manners, turnAway: 'reset' }
    assert.equal(await endOfConnection(plc.port), 'ECONNRESET')
    plc.door.manners = { ...plc.door.manners, turnAway: 'refuse' }
    await plc.goOffline()
    await plc.comeBack()
    plc.door.manners = { ...plc.door.manners, holdPlaceMs: 1 }
    const second = await connect(plc.port)
    second.send(REQUEST)
    await second.receive(LENGTH)
    second.close()
    await until(() => plc.door.clients === 0)
    await until(async () => (await answerOf(plc.port)) === REPLY.toString('hex'))
  })

  it('frees the place of a client that it reset by itself', async () => {
    const plc = await start({ series: 'q' })
    plc.door.manners = { clientsMax: 1, turnAway: 'reset', holdPlaceMs: 60_000 }
    plc.door.faults.set([{ kind: 'reset-at-request', request: 1, times: 1 }])
    const first = await connect(plc.port)
    first.send(REQUEST)
    assert.equal(await first.end(), 'ECONNRESET')
    await until(() => plc.door.clients === 0)
    const second = await connect(plc.port)
    second.send(REQUEST)
    assert.deepEqual(await second.receive(LENGTH), REPLY)
  })

  it('is locked by a remote password until it is not', async () => {
    const plc = await start({ series: 'q' })
    const client = await connect(plc.port)
    plc.lock(true)
    client.send(REQUEST)
    assert.equal(endCodeOf(await client.receive(20)), 'C201')
    client.send(request1E('words', 'D', 0, 1))
    assert.equal((await client.receive(24)).subarray(20).toString('hex'), '815b01c2')
    plc.lock(false)
    client.send(REQUEST)
    assert.deepEqual((await client.receive(24 + LENGTH)).subarray(24), REPLY)
  })

  it('answers after its time, or after that of the monitoring timer that it is too slow', async () => {
    const plc = await start({ series: 'q' })
    const client = await connect(plc.port)
    plc.takeTime(300)
    const sent = performance.now()
    client.send(batchRequest(D0, { timer: 1 }), request1E('words', 'D', 0, 1, 1), batchRequest(D0, { timer: 0 }))
    const all = await client.receive(20 + 2 + LENGTH)
    assert.deepEqual([endCodeOf(all), all.subarray(20, 22).toString('hex')], ['0060', '8160'])
    assert.deepEqual(all.subarray(22), REPLY)
    assert.ok(performance.now() - sent >= 2 * 250 + 300 - 5)
  })

  describe('that gets what is not for it', () => {
    const ASCII_REQUEST = batchRequest(D0, { encoding: 'ascii' })
    it('says nothing at its own port', async () => {
      const plc = await start({ series: 'q', ports: [{ encoding: 'binary' }, { encoding: 'ascii' }] })
      const [binary = 0, ascii = 0] = plc.ports.map(({ port }) => port)
      const asciiAtBinary = await connect(binary)
      asciiAtBinary.send(ASCII_REQUEST)
      const binaryAtAscii = await connect(ascii)
      binaryAtAscii.send(REQUEST)
      await until(() => plc.ports.every(({ requests }) => requests > 0))
      // the next request shows that nothing came before it
      asciiAtBinary.send(REQUEST)
      assert.deepEqual(await asciiAtBinary.receive(LENGTH), REPLY)
      binaryAtAscii.send(ASCII_REQUEST)
      assert.equal((await binaryAtAscii.receive(ASCII_REPLY.length)).toString('latin1'), ASCII_REPLY)
    })

    it('says at a module what it did not understand', async () => {
      const plc = await start({
        series: 'q',
        endpoint: 'module',
        ports: [{ encoding: 'binary' }, { encoding: 'ascii' }, { encoding: 'ascii', frames: ['1E'] }],
      })
      const [binary = 0, ascii = 0, ascii1E = 0] = plc.ports.map(({ port }) => port)
      const asciiAtBinary = await connect(binary)
      asciiAtBinary.send(ASCII_REQUEST)
      assert.equal((await asciiAtBinary.receive(2)).toString('hex'), 'b550')
      const binaryAtAscii = await connect(ascii)
      binaryAtAscii.send(REQUEST)
      assert.equal((await binaryAtAscii.receive(40)).toString('latin1'), 'D00000FF03FF000016C05000FF03FF0000000000')
      const binaryAt1E = await connect(ascii1E)
      binaryAt1E.send(REQUEST)
      assert.equal((await binaryAt1E.receive(4)).toString('latin1'), '8054')
    })

    it('says nothing to half a datagram', async () => {
      const plc = await start({ series: 'q', ports: [{ transport: 'udp' }] })
      const client = await listen(plc.port)
      client.send(REQUEST.subarray(0, 8), REQUEST.subarray(0, 1), REQUEST)
      assert.deepEqual(await client.receive(1), [REPLY])
      client.send(REQUEST.subarray(0, 18), REQUEST)
      const [, short, whole] = await client.receive(3)
      assert.deepEqual([endCodeOf(short), whole], ['C061', REPLY])
    })
  })

  it('refuses connections while it is off, at all ports, and comes back at the same', async () => {
    const plc = await start({ series: 'fx5', ports: [{}, { encoding: 'ascii' }, { transport: 'udp' }] })
    const ports = plc.ports.map(({ port }) => port)
    const client = await connect(plc.port)
    await plc.goOffline()
    assert.equal(await client.end(), 'ECONNRESET')
    for (const port of ports.slice(0, 2)) await assert.rejects(RawClient.connect(port), { code: 'ECONNREFUSED' })
    await plc.comeBack()
    assert.deepEqual(
      plc.ports.map(({ port }) => port),
      ports,
    )
    const again = await connect(plc.port)
    again.send(REQUEST)
    assert.deepEqual(await again.receive(LENGTH), REPLY)
  })

  it('opens none of its ports if one is taken', async () => {
    const plc = await start({ series: 'q' })
    await assert.rejects(MelsecDevice.start({ series: 'q', ports: [{}, { port: plc.port }] }), { code: 'EADDRINUSE' })
    await assert.rejects(MelsecDevice.start({ series: 'q', ports: [{ port: plc.port }] }), { code: 'EADDRINUSE' })
  })

  it('shows every request to who wants to see them, and closes twice without harm', async () => {
    const seen: Buffer[] = []
    const plc = await start({ series: 'q', ports: [{ onRequest: (request) => seen.push(request) }] })
    const client = await connect(plc.port)
    plc.takeTime(60_000)
    client.send(REQUEST)
    await until(() => seen.length > 0)
    assert.deepEqual(seen, [REQUEST])
    await plc.close()
    await plc.close()
    assert.equal(await client.end(), 'ECONNRESET')
  })

  describe('with faults', () => {
    const over = async (fault: InjectedFault, ...requests: Buffer[]) => {
      const plc = await start({ series: 'q' })
      plc.door.faults.set([fault])
      const client = await connect(plc.port)
      client.send(...requests)
      return client
    }

    it('keeps silent', async () => {
      const client = await over({ kind: 'silent', times: 1 }, REQUEST, REQUEST)
      assert.deepEqual(await client.receive(LENGTH), REPLY)
    })

    it('sends a reply byte by byte', async () => {
      const client = await over({ kind: 'split', bytes: 1, gapMs: 5 }, REQUEST)
      assert.deepEqual(await client.receive(LENGTH), REPLY)
      assert.ok(client.segments.length > 5, `${client.segments.length} segments`)
    })

    it('joins two replies in one segment', async () => {
      const client = await over({ kind: 'join', replies: 2 }, REQUEST, REQUEST)
      assert.deepEqual(await client.receive(2 * LENGTH), Buffer.concat([REPLY, REPLY]))
      assert.equal(client.segments.length, 1)
    })

    it('repeats a reply, and has garbage before it', async () => {
      const client = await over({ kind: 'repeat', copies: 2 }, REQUEST)
      assert.deepEqual(await client.receive(2 * LENGTH), Buffer.concat([REPLY, REPLY]))
      const other = await over({ kind: 'garbage', place: 'before', bytes: 20 }, REQUEST)
      assert.deepEqual(await other.receive(20 + LENGTH), Buffer.concat([garbageOf(20), REPLY]))
    })

    it('resets in the middle of a reply', async () => {
      const client = await over({ kind: 'reset-in-reply', afterBytes: 9 }, REQUEST)
      assert.equal(await client.end(), 'ECONNRESET')
      assert.ok(client.bytes.length <= 9)
    })

    it('answers always later than its client waits: every reply comes after the next request', async () => {
      const plc = await start({ series: 'q' })
      plc.door.faults.set([{ kind: 'latency', ms: 40 }])
      const client = await connect(plc.port)
      client.send(batchRequest({ ...D0, points: 1 }))
      await until(() => plc.door.requests === 1)
      client.send(REQUEST)
      const all = await client.receive(2 * LENGTH - 2)
      assert.deepEqual([all[7], all[LENGTH - 2 + 7]], [4, 6])
    })

    it('gives a reply another serial number', async () => {
      const client = await over({ kind: 'corrupt', what: 'serial' }, batchRequest(D0, { frame: '4E', serial: 7 }))
      assert.equal((await client.receive(LENGTH + 4)).readUInt16LE(2), 6)
    })

    it('knows corruptions of its frames only', async () => {
      const fx3 = await start({ series: 'fx3' })
      assert.throws(() => fx3.door.faults.set([{ kind: 'corrupt', what: 'length-0' }]), /cannot corrupt "length-0"/)
      fx3.door.faults.set([{ kind: 'corrupt', what: 'truncated' }])
    })

    it('misbehaves at one port, and at the others not', async () => {
      const plc = await start({ series: 'q', ports: [{}, {}] })
      plc.ports[0]?.faults.set([{ kind: 'silent' }])
      const client = await connect(plc.ports[1]?.port ?? 0)
      client.send(REQUEST)
      assert.deepEqual(await client.receive(LENGTH), REPLY)
    })

    it('loses, doubles, reorders and shortens datagrams', async () => {
      const plc = await start({ series: 'q', ports: [{ transport: 'udp' }] })
      const one = batchRequest({ ...D0, points: 1 })
      const reply = Buffer.from('d00000ffff030004000000' + '3412', 'hex')
      const cases: [InjectedFault, Buffer[], Buffer[]][] = [
        [{ kind: 'silent', every: 2 }, [one, REQUEST, one], [reply, reply]],
        [{ kind: 'duplicate', afterMs: 1 }, [REQUEST], [REPLY, REPLY]],
        [{ kind: 'reorder' }, [one, REQUEST], [REPLY, reply]],
        [{ kind: 'reset-in-reply', afterBytes: 7 }, [REQUEST], [REPLY.subarray(0, 7)]],
        [{ kind: 'split', bytes: 10, gapMs: 1 }, [REQUEST], [REPLY.subarray(0, 10), REPLY.subarray(10)]],
        [{ kind: 'garbage', place: 'after', bytes: 3 }, [one], [Buffer.concat([reply, garbageOf(3)])]],
      ]
      for (const [fault, requests, replies] of cases) {
        plc.door.faults.set([fault])
        const client = await listen(plc.port)
        client.send(...requests)
        assert.deepEqual(await client.receive(replies.length), replies, fault.kind)
      }
    })
  })
})

/** How a connection to a port that has no place ends, by the code of its error. */
async function endOfConnection(port: number): Promise<string> {
  try {
    return await (await RawClient.connect(port)).end()
  } catch (error) {
    return codeOf(error)
  }
}

/** What a new client is answered, in hexadecimal, or the code of its error. */
async function answerOf(port: number): Promise<string> {
  try {
    const client = await RawClient.connect(port)
    client.send(REQUEST)
    await until(() => client.bytes.length === LENGTH || client.ended !== undefined)
    client.close()
    return client.ended ?? client.bytes.toString('hex')
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'none'
}
