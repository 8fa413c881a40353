// Devices asked by throw-away processes, in their real sandbox, with settings that nobody deployed.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Fault } from '../../lib/contract/fault'
import { ANSWER_MAX_BYTES } from '../../lib/contract/limits'
import { parseMelsecConfig } from '../../nodes/melsec-in/fields'
import { MelsecDevice } from '../../simulators/melsec/melsec-device'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import type { DeviceCommand } from '../../simulators/opcua/commands'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { Inspecting, SUPERVISOR, scriptOf } from '../support/inspecting'
import { collectorsOf, isGone } from '../support/processes'
import { until } from '../support/until'

const MANY = 10_000
/** Of a small controller. */
const LIMITS = { maxReferencesPerNode: 100, maxContinuationPoints: 1, maxNodesPerRead: 500 }
const PLANT = 'nsu=urn:collectors:simulated-plant'

async function faultOf(asked: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await asked
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    return thrown
  }
  throw new Error('it was answered')
}

describe('asking a device with settings that nobody deployed', function () {
  this.timeout(60_000)
  let inspecting: Inspecting
  before(() => {
    inspecting = new Inspecting()
  })
  after(async () => {
    await inspecting.end()
    assert.deepEqual(collectorsOf(process.pid), [])
  })

  describe('of a Modbus reader', () => {
    let device: ModbusDevice
    before(async () => {
      device = await ModbusDevice.start()
      device.memory.place({ area: 'holding', address: 0, type: 'uint16', wave: { wave: 'constant', value: 42 } })
      device.memory.refuse([{ area: 'holding', address: 9000, count: 10, code: 2 }])
    })
    after(() => device.close())

    function settings(change: object = {}): object {
      const tags = [
        { name: 'level', address: 'hr0', type: 'uint16', scale: '0.5' },
        { name: 'nothing', address: 'hr9000', type: 'uint16' },
      ]
      return { host: '127.0.0.1', port: device.port, timeout: 500, tags, ...change }
    }

    it('reads each tag, scaled, and says what is wrong with the others', async () => {
      const { tags, leftOut, time } = await inspecting.readNow('modbus-in', settings())
      assert.deepEqual(tags[0], { name: 'level', value: 21 })
      assert.equal(tags[1]?.value, null)
      assert.match(tags[1]?.quality ?? '', /exception 2/)
      assert.equal(leftOut, 0)
      assert.ok(Math.abs(time - Date.now()) < 60_000)
    })

    it('leaves nothing in the process table, and no file of a process', async () => {
      await inspecting.readNow('modbus-in', settings())
      assert.deepEqual(inspecting.supervisors.rows(), [])
      const [pid] = collectorsOf(process.pid)
      assert.equal(readdirSync(join(inspecting.folder, 'run')).length, 1)
      await inspecting.close()
      assert.ok(pid !== undefined && isGone(pid))
      await until(() => readdirSync(join(inspecting.folder, 'run')).length === 0)
    })

    it('says why it cannot be reached, or read', async () => {
      const tags = [{ name: 'level', address: 'hr0', type: 'uint16' }]
      const refused = await faultOf(inspecting.readNow('modbus-in', settings({ tags, port: 1 })))
      assert.match(refused.message, /refuses connections/)
      const wrong = await faultOf(Promise.resolve().then(() => inspecting.readNow('modbus-in', settings({ host: '' }))))
      assert.match(wrong.message, /host: must not be empty/)
    })

    it('shows as many of very many tags as there is room for', async () => {
      const tags = Array.from({ length: 20_000 }, (_, index) => ({
        name: `tag ${index} ${'x'.repeat(100)}`,
        address: 'hr0',
        type: 'uint16',
      }))
      const answer = await inspecting.readNow('modbus-in', settings({ tags }))
      assert.equal(answer.tags.length + answer.leftOut, 20_000)
      assert.ok(answer.tags.length > 1000 && answer.tags.every(({ value }) => value === 42))
      assert.ok(Buffer.byteLength(JSON.stringify(answer)) <= ANSWER_MAX_BYTES)
    })

    it('answers in words when its process is killed, and at once again', async () => {
      await inspecting.readNow('modbus-in', settings())
      const [pid = 0] = collectorsOf(process.pid)
      process.kill(pid, 'SIGSTOP')
      const asked = faultOf(inspecting.readNow('modbus-in', settings()))
      process.kill(pid, 'SIGKILL')
      assert.equal((await asked).message, 'the process that asks the device was ended by SIGKILL')
      assert.equal((await inspecting.readNow('modbus-in', settings())).tags[0]?.value, 21)
    })
  })

  it('reads a MELSEC PLC that has room for one connection, again and again', async () => {
    const plc = await MelsecDevice.start({ series: 'q' })
    try {
      plc.memory.place({ device: 'D', number: 0, type: 'uint16', wave: { wave: 'constant', value: 7 } })
      const tags = [{ name: 'count', address: 'D0', type: 'uint16' }]
      const settings = { host: '127.0.0.1', port: plc.port, tags }
      for (const timeout of [1000, 2000, 3000]) {
        const answer = await inspecting.readNow('melsec-in', { ...settings, timeout })
        assert.deepEqual(answer.tags, [{ name: 'count', value: 7 }])
      }
    } finally {
      await inspecting.close()
      await plc.close()
    }
  })

  it('lets the reader that runs with these settings answer itself: the PLC has no room for another', async () => {
    await inspecting.close()
    const plc = await MelsecDevice.start({ series: 'q' })
    plc.memory.place({ device: 'D', number: 0, type: 'uint16', wave: { wave: 'constant', value: 7 } })
    const tags = [{ name: 'count', address: 'D0', type: 'uint16' }]
    const settings = { name: 'press', supervisor: SUPERVISOR, host: '127.0.0.1', port: plc.port, timeout: 400, tags }
    const config = parseMelsecConfig(settings)
    assert.ok(config.ok)
    const membership = inspecting.supervisor.add(
      {
        name: 'press',
        type: 'melsec',
        recipient: 'n1',
        script: scriptOf('melsec-in'),
        config: config.value,
        intervalMs: 1000,
        tagsTotal: 1,
        autoStart: true,
      },
      { row: () => {} },
    )
    try {
      await until(() => inspecting.supervisors.row('press')?.link === 'connected', 10_000)
      const { tags: read } = await inspecting.readNow('melsec-in', settings, 'n1')
      assert.deepEqual(read, [{ name: 'count', value: 7 }])
      assert.equal(collectorsOf(process.pid).length, 1)
      const other = await faultOf(inspecting.readNow('melsec-in', { ...settings, timeout: 300 }, 'n1'))
      assert.match(other.message, /connection|connect/)
    } finally {
      assert.ok('release' in membership)
      await membership.release(true, () => false)
      await until(() => inspecting.supervisors.row('press') === undefined, 10_000)
      await plc.close()
    }
  })

  describe('of an OPC UA server', () => {
    let device: OpcuaDeviceProcess
    let changed: DeviceCommand[]
    const treat = async (service: string, treatment: { refuse: string } | { ignore: true } | { delayMs: number }) => {
      changed.push({ command: 'treat', service })
      await device.send({ command: 'treat', service, treatment })
    }
    before(async () => {
      device = await OpcuaDeviceProcess.start({ many: 300, settings: { limits: LIMITS } })
    })
    after(async () => {
      await inspecting.close()
      assert.equal((await device.census()).sessions, 0)
      await device.close()
    })
    beforeEach(() => {
      changed = []
    })
    afterEach(async () => {
      for (const command of changed) await device.send(command)
    })

    function settings(change: object = {}): object {
      return { endpoint: device.endpoint, timeout: 2000, ...change }
    }

    async function listAll({ endpoint }: OpcuaDeviceProcess): Promise<void> {
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      const startedMs = performance.now()
      const addresses = new Set<string | undefined>()
      const sizes: number[] = []
      for (let from: number | undefined = 0; from !== undefined; ) {
        const page = await inspecting.browse(settings({ endpoint }), { node: `${PLANT};s=Many`, from, size: 1000 })
        sizes.push(Buffer.byteLength(JSON.stringify(page)))
        for (const { address } of page.nodes) addresses.add(address)
        const [node] = page.nodes
        assert.deepEqual([node?.dataType, node?.valueRank, node?.readable], ['Double', -1, true])
        assert.ok(page.next === undefined || page.next > from)
        from = page.next
      }
      delay.disable()
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      const [longest, lateMs] = [Math.max(...sizes), (delay.max / 1e6).toFixed(0)]
      console.log(
        `      ${sizes.length} answers of at most ${longest} bytes in ${seconds} s, event loop ${lateMs} ms late`,
      )
      assert.equal(addresses.size, MANY)
      assert.ok(addresses.has(`${PLANT};s=Many.9999`))
      assert.ok(longest <= ANSWER_MAX_BYTES)
    }

    it(`lists ${MANY} nodes of a server that gives 100 at a time, each once, in answers of bounded size`, async () => {
      const large = await OpcuaDeviceProcess.start({ many: MANY, settings: { limits: LIMITS } })
      try {
        await listAll(large)
        assert.equal((await large.census()).sessionsMade, 1)
      } finally {
        await large.close()
      }
    })

    it('begins at the objects, and follows references by their type', async () => {
      const top = await inspecting.browse(settings(), {})
      assert.ok(top.nodes.some(({ address, hasChildren }) => address === `${PLANT};s=Plant` && hasChildren !== false))
      const node = `${PLANT};s=Analog.WithRange`
      const { nodes } = await inspecting.browse(settings(), { node, references: 'properties' })
      const [range] = nodes
      assert.deepEqual(
        [range?.browseName, range?.reference, range?.dataType, range?.value],
        ['EURange', 'HasProperty', 'Range', { Low: 0, High: 200 }],
      )
      const type = await inspecting.browse(settings(), { node, references: 'type-definition' })
      assert.deepEqual(
        type.nodes.map(({ browseName, nodeClass }) => [browseName, nodeClass]),
        [['AnalogItemType', 'VariableType']],
      )
      const folder = await inspecting.browse(settings(), { node, direction: 'inverse' })
      assert.deepEqual([folder.nodes[0]?.displayName, folder.nodes[0]?.inverse], ['Analog', true])
    })

    it('shows what it has when the server does not go on', async () => {
      await treat('BrowseNext', { refuse: 'BadContinuationPointInvalid' })
      const page = await inspecting.browse(settings(), { node: `${PLANT};s=Many` })
      assert.deepEqual([page.nodes.length, page.next], [100, undefined])
      assert.match(page.incomplete ?? '', /does not go on with its list/)
    })

    it('says that the server does not answer, and goes on when it does again', async () => {
      const quick = settings({ timeout: 500 })
      await inspecting.browse(quick, {})
      await treat('Browse', { ignore: true })
      const { message } = await faultOf(inspecting.browse(quick, {}))
      assert.match(message, /Browse: the server did not answer/)
      await device.send({ command: 'treat', service: 'Browse' })
      assert.ok((await inspecting.browse(quick, {})).nodes.length > 0)
    })

    it('waits for a slow one', async () => {
      await treat('Browse', { delayMs: 300 })
      await treat('BrowseNext', { delayMs: 300 })
      assert.equal((await inspecting.browse(settings(), { node: `${PLANT};s=Many` })).nodes.length, 200)
    })

    it('says that it died in the midst of a list, and goes on with the list when it is back', async () => {
      const node = `${PLANT};s=Many`
      const first = await inspecting.browse(settings(), { node })
      await device.send({ command: 'power-off' })
      const { message } = await faultOf(inspecting.browse(settings(), { node, from: first.next }))
      assert.match(message, /refuses connections/)
      await device.send({ command: 'power-on' })
      const second = await inspecting.browse(settings(), { node, from: first.next })
      assert.equal(second.nodes[0]?.address, `${node}.200`)
    })

    it('says which login it refuses', async () => {
      const login = { authentication: 'username', securityMode: 'signAndEncrypt', trust: 'first-use' }
      const wrong = await faultOf(inspecting.browse(settings(login), {}, { username: 'operator', password: 'wrong' }))
      assert.equal(wrong.code, 'login-refused')
      assert.match(wrong.message, /does not let this user in/)
      const right = await inspecting.browse(settings(login), {}, { username: 'operator', password: 'secret' })
      assert.ok(right.nodes.length > 0)
    })

    it('shows the certificate of a server that nobody trusts yet', async () => {
      const other = new Inspecting()
      try {
        const secure = settings({ securityMode: 'sign', securityPolicy: 'Basic256Sha256' })
        const { code, message } = await faultOf(other.browse(secure, {}))
        assert.equal(code, 'certificate-unknown')
        assert.match(message, /SHA-256/)
        const rejected = readdirSync(join(other.folder, 'pki', 'rejected')).filter((name) => name.endsWith('.der'))
        assert.equal(rejected.length, 1)
      } finally {
        await other.end()
      }
    })

    it('reads values with their status and time, subscribed or polled', async () => {
      const setting = { value: 7, status: 'UncertainLastUsableValue' }
      await device.send({ command: 'set', name: 'Analog.WithoutRange', setting })
      const tags = [
        { name: 'pi', address: `${PLANT};s=Types.Double` },
        { name: 'unsure', address: `${PLANT};s=Analog.WithoutRange` },
        { name: 'nobody', address: `${PLANT};s=Nobody` },
      ]
      for (const mode of ['subscribe', 'poll']) {
        const { tags: read } = await inspecting.readNow('opcua-in', settings({ tags, mode, uncertain: 'accept' }))
        const [pi, unsure, nobody] = read
        assert.deepEqual([pi?.value, pi?.status], [Math.PI, 'Good'], mode)
        assert.equal(typeof pi?.time, 'number')
        assert.deepEqual([unsure?.value, unsure?.status], [7, 'UncertainLastUsableValue'], mode)
        assert.equal(nobody?.value, null)
        assert.match(nobody?.quality ?? '', /no such node/)
      }
    })
  })
})
