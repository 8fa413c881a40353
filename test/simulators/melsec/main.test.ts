import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PlcProcess } from '../../../simulators/melsec/plc-process'
import { RawClient } from '../raw-client'
import { RawDatagrams } from '../raw-datagrams'
import { batchRequest, endCodeOf } from './requests'

const main = join(__dirname, '../../../simulators/melsec/main.js')
const D10 = batchRequest({ device: 'D', number: 10, points: 2, unit: 'words' })

describe('A simulated PLC in a process of its own', function () {
  this.timeout(30_000)
  let plc: PlcProcess
  before(async () => {
    plc = await PlcProcess.start({
      series: 'fx5',
      ports: [{}, { transport: 'udp', encoding: 'ascii', frames: ['3E'] }],
    })
  })
  after(() => plc.close())

  it('does what it is told', async () => {
    await plc.send({ command: 'set', device: 'D', number: 10, values: [10] })
    await plc.send({
      command: 'place',
      points: [{ device: 'D', number: 11, type: 'uint16', wave: { wave: 'sequence' } }],
    })
    assert.deepEqual(await plc.send({ command: 'get', device: 'D', number: 10, count: 2 }), [10, 0])
    const client = await RawClient.connect(plc.port)
    client.send(D10)
    assert.deepEqual((await client.receive(15)).subarray(11), Buffer.from([10, 0, 0, 0]))
    assert.deepEqual(await plc.status(), [
      { port: plc.ports[0], requests: 1, connections: 1, clients: 1 },
      { port: plc.ports[1], requests: 0, connections: 0, clients: 0 },
    ])

    const refused = [
      { command: 'refuse', refusals: [{ device: 'D', number: 11, count: 1, endCode: 0x4031 }] },
      { command: 'lock', locked: true },
      { command: 'lock', locked: false },
      { command: 'limit', device: 'D', ranges: [[0, 10]] },
    ] as const
    const codes: string[] = []
    for (const command of refused) {
      await plc.send(
        command.command === 'refuse'
          ? { ...command, refusals: [...command.refusals] }
          : command.command === 'limit'
            ? { ...command, ranges: [...command.ranges] }
            : command,
      )
      const before = client.bytes.length
      client.send(D10)
      codes.push(endCodeOf((await client.receive(before + 20)).subarray(before)))
    }
    assert.deepEqual(codes, ['4031', 'C201', '4031', 'C056'])
    client.close()
  })

  it('misbehaves at the port that it is told', async () => {
    const request = batchRequest({ device: 'M', number: 0, points: 1, unit: 'bits' }, { encoding: 'ascii' })
    const client = await RawDatagrams.connect(plc.ports[1] ?? 0)
    await plc.send({ command: 'faults', port: 1, faults: [{ kind: 'duplicate', afterMs: 0 }] })
    await plc.send({ command: 'processing', ms: 5 })
    client.send(request)
    assert.deepEqual((await client.receive(2)).join(), 'D00000FF03FF00000500000,D00000FF03FF00000500000')
    client.close()
    await assert.rejects(plc.send({ command: 'faults', port: 2, faults: [] }), /the PLC has 2 ports/)
  })

  it('goes off and comes back on its ports, and resets who is there', async () => {
    await plc.send({ command: 'clients', port: 0, manners: { clientsMax: 1, turnAway: 'close', holdPlaceMs: 0 } })
    await plc.send({ command: 'offline' })
    await assert.rejects(RawClient.connect(plc.port), { code: 'ECONNREFUSED' })
    await plc.send({ command: 'online' })
    const client = await RawClient.connect(plc.port)
    client.send(D10)
    await client.receive(11)
    const other = await RawClient.connect(plc.port)
    assert.equal(await other.end(), 'end')
    await plc.send({ command: 'reset-clients' })
    assert.equal(await client.end(), 'ECONNRESET')
  })

  it('says what is wrong with a command, and goes on', async () => {
    await assert.rejects(plc.send({ command: 'set', device: 'ZR', number: 0, values: [1] }), /the PLC has no ZR0/)
    await assert.rejects(
      plc.send({ command: 'faults', faults: [{ kind: 'corrupt', what: 'nonsense' }] }),
      /cannot corrupt/,
    )
    assert.equal((await plc.status()).length, 2)
  })

  it('answers what is no command, and ends when its stdin does', async () => {
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] })
    const said = text(child.stdout)
    const wrong = [
      { command: 'explode' },
      { command: 'set', device: 'Q', number: 0, values: [1] },
      { command: 'limit', device: 'D', ranges: [[1]] },
      { command: 'refuse', refusals: [{ device: 'D', number: 0, count: 1, endCode: 0 }] },
      { command: 'place', points: [{ device: 'D', number: 0, type: 'uint16' }] },
      { command: 'lock', locked: 'yes' },
      { command: 'processing', ms: -1 },
      { command: 'faults', port: 'first', faults: [] },
      { command: 'clients', manners: { turnAway: 'shout' } },
    ]
    child.stdin.end(wrong.map((command, id) => JSON.stringify({ id, ...command })).join('\n'))
    const [code] = await once(child, 'exit')
    const [ready, ...answers] = (await said)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual([code, ready.type, ready.ports.length], [0, 'ready', 1])
    assert.deepEqual(
      answers,
      wrong.map((_, id) => ({ id, ok: false, error: 'not a command' })),
    )
  })

  it('refuses wrong options', async () => {
    for (const args of [
      ['--series', 'z80'],
      ['--endpoint', 'roof'],
      ['--port', 'tcp:binary:99999'],
      ['--port', 'tcp:morse:0'],
      ['--port', 'tcp:binary:0:5E'],
    ]) {
      const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
      const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)])
      assert.equal(code, 1)
      assert.match(said, /z80 is not one of|roof is not one of|is no port of a PLC/)
    }
  })

  it('ends with the process that holds it', async () => {
    const other = await PlcProcess.start({ series: 'q' })
    await other.close()
    await other.close()
    assert.throws(() => process.kill(other.pid, 0), { code: 'ESRCH' })
  })
})
