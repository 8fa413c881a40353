import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseDeviceCommand } from '../../../simulators/opcua/commands'
import { OpcuaDeviceProcess } from '../../../simulators/opcua/device-process'
import { PlainClient } from '../../support/opcua-client'
import { temporaryFolder } from '../../support/temporary-folder'

const main = join(__dirname, '../../../simulators/opcua/main.js')
const HOUR_MS = 3_600_000

describe('A simulated OPC UA device in a process of its own', function () {
  this.timeout(60_000)
  let device: OpcuaDeviceProcess
  const folder = temporaryFolder()
  before(async () => {
    device = await OpcuaDeviceProcess.start({
      many: 10_000,
      clockOffsetMs: -HOUR_MS,
      places: [{ name: 'Extra.One', type: 'Byte', setting: { value: 5 } }],
      settings: { anonymous: true, limits: { maxMonitoredItemsPerCall: 100 } },
    })
  })
  after(() => device.close())

  it('does what it is told', async () => {
    const client = await PlainClient.open(device.endpoint)
    const valueAt = async (name: string) => (await client.read(`ns=2;s=${name}`)).value.value
    await device.send({ command: 'set', name: 'Types.String', setting: { value: 'told', status: 'Good' } })
    assert.equal(await valueAt('Types.String'), 'told')
    await device.send({ command: 'appear', place: { name: 'Late.One', type: 'Byte', setting: { value: 1 } } })
    assert.equal(await valueAt('Late.One'), 1)
    assert.equal(await valueAt('Extra.One'), 5)
    await device.send({ command: 'vanish', name: 'Late.One' })
    assert.equal(await valueAt('Late.One'), null)
    assert.equal(typeof (await valueAt('Many.9999')), 'number')
    const { sessions, channels, requests } = await device.census()
    assert.deepEqual([sessions, channels, requests.CreateSession], [1, 1, 1])
    await device.send({ command: 'treat', service: 'Read', treatment: { refuse: 'BadTooManyOperations' } })
    await assert.rejects(valueAt('Types.String'), { message: /BadTooManyOperations/ })
    await device.send({ command: 'treat', service: 'Read' })
    assert.equal((await device.send({ command: 'kill-sessions' })).count, 1)
    assert.equal((await device.census()).sessions, 0)
    await client.close()
  })

  it('lives in another time, if so told', async () => {
    const client = await PlainClient.open(device.endpoint)
    const { value } = await client.read('i=2258')
    const behindMs = Date.now() - value.value.getTime()
    assert.ok(Math.abs(behindMs - HOUR_MS) < 60_000, `${behindMs} ms behind`)
    await client.close()
  })

  it('freezes, and thaws', async () => {
    const client = await PlainClient.open(device.endpoint)
    device.freeze()
    const waiting = client.read('i=2258')
    let answered = false
    waiting.then(
      () => {
        answered = true
      },
      () => {},
    )
    await new Promise(setImmediate)
    assert.equal(answered, false)
    device.thaw()
    await waiting
    await client.close()
  })

  it('restarts on its port, as another one if so told', async () => {
    await device.send({ command: 'restart', change: { namespacesBefore: 1, limits: { maxNodesPerRead: 10 } } })
    const client = await PlainClient.open(device.endpoint)
    assert.equal((await client.read('ns=3;s=Types.String')).value.value, 'told')
    assert.deepEqual(
      [(await client.read('i=11705')).value.value, (await client.read('i=11714')).value.value],
      [10, 100],
    )
    await device.send({ command: 'power-off' })
    await assert.rejects(PlainClient.connect(device.endpoint), { message: /ECONNREFUSED/ })
    await device.send({ command: 'power-on' })
    await client.close()
  })

  it('says what is wrong with a command, and goes on', async () => {
    await assert.rejects(device.send({ command: 'vanish', name: 'Late.One' }), {
      message: 'vanish: there is no Late.One',
    })
    await assert.rejects(device.send({ command: 'set', name: 'Types.Byte', setting: { value: 256 } }), {
      message: 'set: 256 is no Byte',
    })
    await device.send({ command: 'wire', mood: { mood: 'pass' } })
  })

  it('understands these commands, and no others', () => {
    const commands = [
      {
        command: 'set',
        name: 'A.B',
        setting: { wave: { wave: 'sequence' }, status: 0x480, sourceTime: null, keepValue: true },
      },
      { command: 'users', users: { operator: 'x' } },
      { command: 'treat', service: 'Publish', treatment: { ignore: true } },
      { command: 'wire', mood: { mood: 'delay', ms: 5 } },
      { command: 'restart', change: { flaw: 'expired', modes: ['Sign'], policies: ['Basic256'] } },
      { command: 'silence-subscriptions' },
      { command: 'delete-subscriptions' },
      { command: 'state', state: 'Suspended' },
    ]
    for (const command of commands) assert.deepEqual(parseDeviceCommand({ id: 1, ...command }), command)
    const wrong: unknown[] = [
      null,
      'census',
      { command: 'dance' },
      { command: 'state', state: 'Idle' },
      { command: 'set', name: 'A.B' },
      { command: 'set', name: 'A.B', setting: { colour: 'red' } },
      { command: 'appear', place: { name: 'A.B', type: 'Int33', setting: {} } },
      { command: 'users', users: { operator: 5 } },
      { command: 'treat', service: 'Read', treatment: { refuse: 5 } },
      { command: 'restart', change: { flaw: 'ugly' } },
      { command: 'restart', change: { limits: { filters: 'some' } } },
    ]
    for (const input of wrong) assert.equal(parseDeviceCommand(input), undefined, JSON.stringify(input))
  })

  it('writes nothing but its answers, and leaves nothing behind', async () => {
    await device.close()
    const env = { ...process.env, TMPDIR: folder() }
    const child = spawn(process.execPath, [main, '--many=0'], { stdio: ['pipe', 'pipe', 'pipe'], env })
    const [output, errors, ended] = [text(child.stdout), text(child.stderr), once(child, 'exit')]
    child.stdin.end('{"id":1,"command":"census"}\nnonsense\n')
    const [code] = await ended
    assert.equal(code, 0)
    assert.equal(await errors, '')
    const lines = (await output)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ id, ok, type }) => [id, ok, type]),
      [
        [undefined, undefined, 'ready'],
        [1, true, undefined],
        [undefined, false, undefined],
      ],
    )
    assert.deepEqual(readdirSync(folder()), [])
  })

  it('refuses settings that do not exist', async () => {
    const child = spawn(process.execPath, [main, '--settings={"modes":["Loud"]}'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [errors, ended] = [text(child.stderr), once(child, 'exit')]
    assert.deepEqual([await ended, (await errors).trim()], [[1, null], '--settings {"modes":["Loud"]} are no settings'])
  })
})
