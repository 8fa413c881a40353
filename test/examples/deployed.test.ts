// Every example in a real Node-RED, reading the simulated plant: what it promises comes out.

import assert from 'node:assert/strict'
import { type Plant, startPlant } from '../../simulators/demo/plant'
import { MelsecDevice } from '../../simulators/melsec/melsec-device'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { isGood, NodeRed } from '../support/node-red'
import { until } from '../support/until'
import { installWithDashboard, readExample } from './example'

const ANY_PORTS = { boiler: 0, press: 0, 'pump-station': 0 }

describe('an example flow, deployed', function () {
  this.timeout(60_000)
  let plant: Plant
  let nodeRed: NodeRed | undefined
  before(async () => {
    plant = await startPlant(ANY_PORTS)
  })
  afterEach(async () => {
    await nodeRed?.dispose()
    nodeRed = undefined
  })
  after(() => plant.close())
  const recorded = () => nodeRed?.recorded() ?? []

  it('"Read a Modbus device" sends five values a second, and what is bad by its own way', async () => {
    const flows = readExample('01 - Read a Modbus device', plant.ports, ['boiler 1'])
    nodeRed = await NodeRed.start({ flows })
    const { payload, quality } = await nodeRed.recordedWhen('boiler 1', isGood, { from: 0 })
    assert.deepEqual(quality, {})
    assert.ok(typeof payload === 'object' && payload !== null)
    assert.deepEqual(Object.keys(payload), ['temperature', 'pressure', 'level', 'energy', 'burner'])
    assert.deepEqual(
      Object.values(payload).map((value) => typeof value),
      ['number', 'number', 'number', 'number', 'boolean'],
    )
    const within = (name: string, min: number, max: number) => {
      const value = Reflect.get(payload, name)
      assert.ok(value >= min && value <= max, `${name} is ${value}`)
    }
    within('temperature', 68, 82)
    within('pressure', 1.6, 2.4)
    within('level', 40, 85)
    within('energy', 123_456, 124_000)

    plant.devices.boiler.memory.refuse([{ area: 'holding', address: 4, count: 1, code: 2 }])
    const worse = await nodeRed.recordedWhen('boiler 1', (message) => Object.keys(message.quality ?? {}).length > 0)
    plant.devices.boiler.memory.refuse([])
    assert.deepEqual(Object.keys(worse.quality ?? {}), ['level'])
    assert.equal(Reflect.get(Object(worse.payload), 'level'), null)
  })

  it('"Read a Mitsubishi PLC" sends six values a second', async () => {
    const device = await MelsecDevice.start({ series: 'q' })
    try {
      device.memory.setValue('D', 100, 'float32', 61.5)
      device.memory.setValue('D', 102, 'uint32', 80_211)
      device.memory.set('D', 104, 0xffff)
      device.memory.set('X', 0x1f, 1)
      device.memory.set('W', 0xff, 0x4948)
      const flows = readExample('04 - Read a Mitsubishi PLC', plant.ports, ['packer 1'])
      for (const node of flows) if (node.type === 'melsec-in') node.port = device.port
      nodeRed = await NodeRed.start({ flows })
      const { payload, quality } = await nodeRed.recordedWhen('packer 1', isGood, { from: 0 })
      assert.deepEqual(quality, {})
      assert.deepEqual(payload, {
        temperature: 61.5,
        count: 80_211,
        speed: -0.1,
        running: false,
        guard_closed: true,
        recipe: 'HI',
      })
    } finally {
      await device.close()
    }
  })

  it('"Read an OPC UA server" sends seven values a second, of types that the server knows', async () => {
    const device = await OpcuaDeviceProcess.start()
    try {
      const flows = readExample('05 - Read an OPC UA server', { mixer: device.port }, ['server 1'])
      nodeRed = await NodeRed.start({ flows })
      const { payload, quality } = await nodeRed.recordedWhen('server 1', isGood, { from: 0 })
      assert.deepEqual(quality, {})
      const { wave, walk, count, server_time, ...fixed } = Object(payload)
      assert.deepEqual(
        [wave, walk, count].map((value) => typeof value),
        ['number', 'number', 'number'],
      )
      assert.match(server_time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      assert.deepEqual(fixed, { state: 'Running', profile: [-2_147_483_648, 2_147_483_647], label: 'Kühlung' })
    } finally {
      await device.close()
    }
  })

  it('"Watch and control the collectors" shows the table, obeys, tells events and what failed', async () => {
    const flows = readExample('02 - Watch and control the collectors', plant.ports, ['all processes', 'what failed'])
    const press = (name: string) => {
      const id = flows.find((node) => node.type === 'inject' && node.name === name)?.id
      return nodeRed?.request('POST', `/inject/${id}`)
    }
    nodeRed = await NodeRed.start({ flows })
    const statusOf = (message: { payload: unknown }): unknown =>
      Array.isArray(message.payload)
        ? message.payload
            .filter((row) => row.type !== 'historian')
            .map((row) => `${row.name} ${row.status} ${row.link}`)
        : undefined
    const shows = (row: string) => nodeRed?.recordedWhen('processes', (message) => String(statusOf(message)) === row)

    await shows('press 1 running connected')
    await press('stop press 1')
    await shows('press 1 stopped disconnected')
    await press('start press 1')
    const last = await shows('press 1 running connected')
    // The press and the historian.
    assert.deepEqual(Object(last?.summary).running_processes, 2)

    const told = nodeRed.recorded('press 1').map((event) => Object(event.payload))
    const reached = told.filter(({ kind }) => kind === 'status').map(({ to }) => to)
    assert.deepEqual(reached.slice(-4), ['stopping', 'stopped', 'starting', 'running'])
    assert.deepEqual(told.filter(({ kind }) => kind === 'link').at(-1)?.to, 'connected')

    await press('restart nobody')
    await until(() => recorded().some(({ error }) => /no process "nobody"/.test(String(Object(error).message))), 20_000)
  })

  it('"Several units behind a gateway" sends the values of all units in one message', async () => {
    const flows = readExample('03 - Several units behind a gateway', plant.ports, ['meters'])
    nodeRed = await NodeRed.start({ flows })
    const { payload, quality } = await nodeRed.recordedWhen('meters', isGood, { from: 0 })
    assert.deepEqual(quality, {})
    const names = [1, 2, 3].flatMap((unit) => [`flow_${unit}`, `level_${unit}`, `frequency_${unit}`])
    assert.deepEqual(Object.keys(Object(payload)), names)
    for (const unit of [1, 2, 3]) {
      const frequency = Reflect.get(Object(payload), `frequency_${unit}`)
      assert.ok(frequency >= 30 && frequency <= 50, `frequency_${unit} is ${frequency}`)
    }
  })

  it('"Process table" keeps the values of all devices, and tells how they get there', async () => {
    const flows = readExample('dashboard/01 - Process table', plant.ports, ['all processes', 'last 100'])
    nodeRed = await NodeRed.start({ flows, install: installWithDashboard })
    await nodeRed.recordedWhen('processes', ({ processor }) => Object(Object(processor).Plant).processed_total > 10, {
      from: 0,
    })
    for (const [reader, tag] of [
      ['boiler', 'temperature'],
      ['press', 'oil_temperature'],
      ['pump-station', 'flow'],
    ] as const) {
      const query = new URLSearchParams({ collector: reader, tag, from: '-15m', buckets: '300' })
      const { status, body } = await nodeRed.request('GET', `/collectors/history?${query}`)
      assert.equal(status, 200)
      assert.ok(Object(body).series[0].points.length > 0, `${reader} ${tag}`)
    }
    const events = recorded().filter(
      ({ payload }) => Array.isArray(payload) && payload.some((one) => one.to === 'running'),
    )
    assert.ok(events.length > 0)
  })
})
