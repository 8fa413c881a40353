import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DeviceProcess } from '../../../simulators/modbus/device-process'
import { RawClient, readRequest } from '../raw-client'

const main = join(__dirname, '../../../simulators/modbus/main.js')

describe('A simulated Modbus device in a process of its own', function () {
  this.timeout(30_000)
  let device: DeviceProcess
  before(async () => {
    device = await DeviceProcess.start({ engine: 'jsmodbus' })
  })
  after(() => device.close())

  it('does what it is told', async () => {
    await device.send({ command: 'set', area: 'holding', address: 0, values: [10, 11] })
    await device.send({
      command: 'place',
      points: [{ area: 'holding', address: 2, type: 'uint16', wave: { wave: 'sequence' } }],
    })
    assert.deepEqual((await device.send({ command: 'get', area: 'holding', address: 0, count: 3 })).values, [10, 11, 0])
    const client = await RawClient.connect(device.port)
    client.send(readRequest({ transaction: 1, address: 0, count: 3 }))
    assert.deepEqual((await client.receive(15)).subarray(9), Buffer.from([0, 10, 0, 11, 0, 0]))
    assert.deepEqual(await device.status(), { port: device.port, requests: 1, connections: 1, clients: 1 })

    await device.send({ command: 'limit', area: 'holding', ranges: [{ address: 0, count: 3 }] })
    await device.send({ command: 'limit-registers', count: 2 })
    await device.send({ command: 'refuse', refusals: [{ area: 'holding', address: 1, count: 1, code: 6 }] })
    const codes: (number | undefined)[] = []
    for (const [address, count] of [
      [2, 2],
      [0, 3],
      [1, 1],
    ] as const) {
      const before = client.bytes.length
      client.send(readRequest({ transaction: 2, address, count }))
      codes.push((await client.receive(before + 9)).at(-1))
    }
    assert.deepEqual(codes, [2, 3, 6])

    await device.send({ command: 'set', area: 'holding', address: 0, values: [20], unit: 2 })
    await device.send({ command: 'busy', busy: { requests: 1, code: 6, quietMs: 60_000 }, unit: 2 })
    await device.send({ command: 'limit-bits', count: 1, code: 2, unit: 2 })
    await device.send({ command: 'diagnostics', how: 'silent' })
    const tails: string[] = []
    for (const [functionCode, count] of [
      [3, 1],
      [1, 2],
      [3, 1],
    ] as const) {
      const before = client.bytes.length
      client.send(readRequest({ transaction: 3, unit: 2, functionCode, address: 0, count }))
      tails.push((await client.receive(before + 9)).subarray(before + 7).toString('hex'))
    }
    assert.deepEqual(tails, ['8306', '8102', '03020014'])

    await device.send({ command: 'clients', manners: { clientsMax: 1, turnAway: 'close' } })
    const second = await RawClient.connect(device.port)
    assert.equal(await second.end(), 'end')
    await device.send({ command: 'clients', manners: {} })

    await device.send({ command: 'faults', faults: [{ kind: 'reset-at-request', request: 8 }] })
    client.send(readRequest({ transaction: 3, address: 0, count: 1 }))
    assert.equal(await client.end(), 'ECONNRESET')
  })

  it('goes off and comes back on its port', async () => {
    await device.send({ command: 'faults', faults: [] })
    const client = await RawClient.connect(device.port)
    await device.send({ command: 'offline' })
    assert.equal(await client.end(), 'ECONNRESET')
    await assert.rejects(RawClient.connect(device.port), { code: 'ECONNREFUSED' })
    await device.send({ command: 'online' })
    const again = await RawClient.connect(device.port)
    // An answer shows that the device has seen the connection, which the operating system may have made without it.
    again.send(readRequest({ transaction: 1, address: 0, count: 1 }))
    await again.receive(11)
    await device.send({ command: 'reset-clients' })
    assert.equal(await again.end(), 'ECONNRESET')
  })

  it('says what is wrong with a command, and goes on', async () => {
    const wrong = { command: 'faults', faults: [{ kind: 'corrupt', what: 'nonsense' }] } as const
    await assert.rejects(device.send({ ...wrong, faults: [...wrong.faults] }), /cannot corrupt "nonsense"/)
    await assert.rejects(device.send({ command: 'set', area: 'coil', address: 0, values: [2] }), /does not fit/)
    assert.equal((await device.status()).port, device.port)
  })

  it('answers what is no command, and ends when its stdin does', async () => {
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] })
    const said = text(child.stdout)
    const wrong = [
      { command: 'limit', area: 'roof' },
      { command: 'limit-bits', count: 3, code: 9 },
      { command: 'busy', busy: { requests: 1 } },
      { command: 'clients', manners: { turnAway: 'politely' } },
      { command: 'set', area: 'coil', address: 0, values: [1], unit: 256 },
      { command: 'diagnostics', how: 'loud' },
    ]
    const commands = wrong.map((command, index) => `${JSON.stringify({ id: index + 3, ...command })}\n`).join('')
    child.stdin.end(`{"id":1,"command":"explode"}\nno json\n${commands}`)
    const [code] = await once(child, 'exit')
    const lines = (await said)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(code, 0)
    assert.equal(lines[0].type, 'ready')
    assert.deepEqual(lines[1], { id: 1, ok: false, error: 'not a command' })
    assert.equal(lines[2].ok, false)
    for (const [index] of wrong.entries())
      assert.deepEqual(lines[3 + index], { id: 3 + index, ok: false, error: 'not a command' })
  })

  it('refuses a wrong port, engine or transport', async () => {
    for (const args of [
      ['--port', '99999'],
      ['--engine', 'steam'],
      ['--transport', 'pigeon'],
    ]) {
      const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
      const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)])
      assert.equal(code, 1)
      assert.match(said, /99999 is not a port|(steam|pigeon) is not one of/)
    }
  })

  it('ends with the process that holds it', async () => {
    const other = await DeviceProcess.start()
    await other.close()
    await other.close()
    assert.throws(() => process.kill(other.pid, 0), { code: 'ESRCH' })
  })
})
