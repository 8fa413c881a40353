// What a deploy does to running processes: nothing, unless it means them.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed, type Recorded } from '../support/node-red'
import { Census, collectorsOf, isGone, untilGone } from '../support/processes'
import { assertGapless, assertRising, placeSequences, sequenceOf } from '../support/sequence'
import { installStubbornPackage, makeStubborn } from '../support/stubborn-package'
import { until } from '../support/until'

const INTERVALS_MS = { quick: 20, medium: 50, slow: 100 }
const NAMES = ['quick', 'medium', 'slow'] as const
const REGISTERS = { quick: 0, medium: 1, slow: 2 }
const MORE_REGISTERS = [3, 4]
type Name = (typeof NAMES)[number]

describe('a deploy', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  /** How much had been recorded before the test. */
  let recordedBefore: Record<Name, number>

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(device, [...Object.values(REGISTERS), ...MORE_REGISTERS])
    nodeRed = await NodeRed.start({ flows: flow(), settings: 'runtimeState: { enabled: true, ui: true },' })
  })
  beforeEach(async () => {
    await nodeRed.deploy(flow())
    for (const name of NAMES) {
      await nodeRed.rowWhen(name, ({ status, supervisor }) => status === 'running' && supervisor === 'plant')
      await moreSamples(name, 2)
    }
    recordedBefore = { quick: 0, medium: 0, slow: 0 }
    for (const name of NAMES) recordedBefore[name] = recorded(name).length
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  function reader(name: Name, properties: Record<string, unknown> = {}): FlowNode {
    return readerNode(name, device.port, {
      interval: INTERVALS_MS[name],
      // A busy machine must not make a reading fail: it would look like a lost one.
      timeout: 10_000,
      tags: [{ name: 'value', address: `hr${REGISTERS[name]}`, type: 'uint16' }],
      ...properties,
    })
  }

  function flow(differences: Partial<Record<Name, Record<string, unknown>>> = {}): FlowNode[] {
    return flowOf(supervisorNode(), ...NAMES.map((name) => reader(name, differences[name])))
  }

  function without(name: string): FlowNode[] {
    return flow().filter((node) => node.name !== name)
  }

  /** What has come from a reader since the test began. */
  function recorded(name: Name): Recorded[] {
    return nodeRed.recorded(name).slice(recordedBefore?.[name])
  }

  async function pids(): Promise<Record<string, number>> {
    return Object.fromEntries((await nodeRed.rows()).map(({ name, pid }) => [name, pid ?? 0]))
  }

  /** Waits for so many more samples in the flow. */
  async function moreSamples(topic: string, count: number): Promise<void> {
    const samples = (): number => sequenceOf(nodeRed.recorded(topic)).length
    const wanted = samples() + count
    await until(() => samples() >= wanted, 20_000)
  }

  /** Samples go on, and since the test began none was lost or doubled. */
  async function assertUndisturbed(...names: Name[]): Promise<void> {
    for (const name of names) {
      await until(() => sequenceOf(recorded(name)).length >= 2, 20_000)
      await moreSamples(name, 2)
      assertGapless(recorded(name))
    }
  }

  it('without a change keeps every process, and loses and doubles no sample', async () => {
    const before = await pids()
    for (let deploy = 0; deploy < 20; deploy++) {
      await nodeRed.deploy(flow())
      // Half of the deploys come right upon each other.
      if (deploy % 2 === 0) await moreSamples('quick', 2)
    }
    await assertUndisturbed(...NAMES)
    assert.deepEqual(await pids(), before)
    for (const { dropped } of await nodeRed.rows()) assert.equal(dropped, 0)
  })

  it('of any kind keeps the processes whose readers it does not change', async () => {
    const before = await pids()
    for (const type of ['full', 'flows', 'nodes'] as const) {
      const comment = { id: 'comment', type: 'comment', z: TAB, x: 1, y: 1, name: type }
      await nodeRed.deploy([...flow({ slow: { x: 100 } }), comment], type)
      await moreSamples('quick', 2)
    }
    await assertUndisturbed(...NAMES)
    assert.deepEqual(await pids(), before)
  })

  it('keeps the readers of subflows, which have their names from the environment of each', async () => {
    // As Node-RED writes the variable of an environment.
    const variable = (name: string): string => `\${${name}}`
    const inner = readerNode(variable('NAME'), device.port, {
      id: 'inner',
      z: 'subflow',
      interval: 20,
      timeout: 10_000,
      tags: [{ name: 'value', address: variable('ADDRESS'), type: 'uint16' }],
      wires: [],
    })
    const subflow = { id: 'subflow', type: 'subflow', in: [], out: [{ wires: [{ id: 'inner', port: 0 }] }], env: [] }
    const instances = MORE_REGISTERS.map((register) => ({
      id: `instance-${register}`,
      type: 'subflow:subflow',
      z: TAB,
      x: 1,
      y: 1,
      env: [
        { name: 'NAME', type: 'str', value: `line ${register}` },
        { name: 'ADDRESS', type: 'str', value: `hr${register}` },
      ],
      wires: [['record']],
    }))
    const flows = [...flow(), subflow, inner, ...instances]
    await nodeRed.deploy(flows)
    for (const register of MORE_REGISTERS) await moreSamples(`line ${register}`, 2)
    const before = await pids()
    for (let deploy = 0; deploy < 10; deploy++) await nodeRed.deploy(flows)
    for (const register of MORE_REGISTERS) {
      await moreSamples(`line ${register}`, 2)
      assertGapless(nodeRed.recorded(`line ${register}`))
    }
    assert.deepEqual(await pids(), before)
    assert.equal(Object.keys(before).length, 5)
    await nodeRed.deploy(flow())
    await until(() => collectorsOf(nodeRed.pid).length === 3, 20_000)
  })

  it('that changes a reader gives it a new process, which is no restart, and no other', async () => {
    for (const [type, interval] of [
      ['full', 40],
      ['nodes', 30],
    ] as const) {
      const before = await pids()
      await nodeRed.deploy(flow({ medium: { interval } }), type)
      const row = await nodeRed.rowWhen('medium', ({ status, pid }) => status === 'running' && pid !== before.medium)
      assert.ok(isGone(before.medium ?? 0))
      assert.deepEqual(await pids(), { ...before, medium: row.pid })
      await moreSamples('medium', 3)
      assert.equal(row.restart_count, 0)
      const { body } = await nodeRed.request('GET', '/collectors/metrics')
      // The documented alarm looks at this counter.
      assert.match(String(body), /^collectors_process_restarts_total\{name="medium",.*\} 0$/m)
      const { body: logs } = await nodeRed.request('GET', '/collectors/processes/medium/logs')
      assert.match(JSON.stringify(logs), /running -> stopping: new settings/)
      assert.doesNotMatch(JSON.stringify(logs), /operator/)
    }
    await assertUndisturbed('quick', 'slow')
    assertRising(recorded('medium'))
  })

  it('that deletes or disables a reader or its flow ends its process, and no other', async () => {
    const ways: Record<string, FlowNode[]> = {
      deleted: without('medium'),
      disabled: flow({ medium: { d: true } }),
      'in a disabled flow': [
        { id: 'other', type: 'tab', label: 'other', disabled: true },
        ...flow({ medium: { z: 'other' } }),
      ],
    }
    const before = await pids()
    for (const [way, flows] of Object.entries(ways)) {
      const { pid } = await nodeRed.row('medium')
      await nodeRed.deploy(flows)
      assert.ok(pid !== null)
      await untilGone([pid], 12_000)
      await nodeRed.rowGone('medium')
      assert.equal(collectorsOf(nodeRed.pid).length, 2, way)
      await nodeRed.deploy(flow())
      await nodeRed.rowWhen('medium', ({ status }) => status === 'running')
      await moreSamples('medium', 2)
    }
    assert.deepEqual({ ...(await pids()), medium: 0 }, { ...before, medium: 0 })
    await assertUndisturbed('quick', 'slow')
    assertRising(recorded('medium'))
  })

  it('that renames a reader renames its row, and never runs it twice', async () => {
    const census = new Census(nodeRed.pid)
    await nodeRed.deploy(flow({ medium: { name: 'renamed' } }))
    await nodeRed.rowWhen('renamed', ({ status }) => status === 'running')
    await moreSamples('renamed', 3)
    census.stop()
    assert.deepEqual((await nodeRed.rows()).map(({ name }) => name).sort(), ['quick', 'renamed', 'slow'])
    assert.equal(census.most, 3)
    assert.ok(census.pids.size <= 4)
    const values = [...recorded('medium'), ...nodeRed.recorded('renamed')]
    assert.deepEqual(
      sequenceOf(values),
      [...new Set(sequenceOf(values))].sort((a, b) => a - b),
    )
  })

  it('that swaps the names of two readers leaves both running under the other name', async () => {
    const census = new Census(nodeRed.pid)
    await nodeRed.deploy(flow({ quick: { name: 'slow' }, slow: { name: 'quick' } }))
    for (const name of NAMES) await nodeRed.rowWhen(name, ({ status, tags }) => status === 'running' && tags.good === 1)
    await moreSamples('quick', 2)
    await moreSamples('slow', 2)
    census.stop()
    assert.equal((await nodeRed.rows()).length, 3)
    assert.equal(census.most, 3)
  })

  it('that changes the policy of a supervisor restarts nothing, and is heeded from then on', async () => {
    const before = await pids()
    // Only the nodes that use the supervisor are made anew: what is on its way to the others still arrives there.
    for (let statsInterval = 1; statsInterval <= 20; statsInterval++) {
      const changed = supervisorNode({ autoRestart: false, statsInterval })
      await nodeRed.deploy([changed, ...flow().filter(isNoSupervisor)], 'nodes')
    }
    await assertUndisturbed(...NAMES)
    assert.deepEqual(await pids(), before)
    process.kill(before.medium ?? 0, 'SIGKILL')
    const row = await nodeRed.rowWhen('medium', ({ status }) => status === 'error')
    assert.match(row.last_error ?? '', /SIGKILL.*automatic restart is off/)
    assert.equal(row.next_restart_at, null)
    await nodeRed.command('medium/start')
  })

  it('that moves a reader to another supervisor never runs it twice', async () => {
    const other = { ...supervisorNode({ name: 'other plant' }), id: 'other' }
    const before = await pids()
    const census = new Census(nodeRed.pid)
    await nodeRed.deploy([...flow({ medium: { supervisor: 'other' } }), other])
    await nodeRed.rowWhen('medium', ({ supervisor, status }) => supervisor === 'other plant' && status === 'running')
    await moreSamples('medium', 3)
    await nodeRed.deploy([...flow(), other])
    await nodeRed.rowWhen('medium', ({ supervisor, status }) => supervisor === 'plant' && status === 'running')
    await moreSamples('medium', 3)
    census.stop()
    assert.equal(census.most, 3)
    assert.equal(census.pids.size, 5)
    assert.deepEqual({ ...(await pids()), medium: 0 }, { ...before, medium: 0 })
    await assertUndisturbed('quick', 'slow')
    assertRising(recorded('medium'))
  })

  it('is not needed to stop all flows, which ends the processes, and to start them again', async () => {
    const before = await pids()
    const turn = (state: 'start' | 'stop') => nodeRed.request('POST', '/flows/state', { state })
    await turn('stop')
    await turn('start')
    await assertUndisturbed(...NAMES)
    assert.deepEqual(await pids(), before)
    await turn('stop')
    await untilGone(Object.values(before), 20_000)
    assert.deepEqual(collectorsOf(nodeRed.pid), [])
    await turn('start')
    for (const name of NAMES) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
    assert.equal(collectorsOf(nodeRed.pid).length, 3)
  })

  it('that deletes the supervisor ends all of its processes', async () => {
    const before = Object.values(await pids())
    await nodeRed.deploy(flow().filter(isNoSupervisor))
    await untilGone(before, 12_000)
    assert.deepEqual(await nodeRed.rows(), [])
    assert.deepEqual(collectorsOf(nodeRed.pid), [])
  })
})

describe('a supervisor that is deleted and brought back before its processes have ended', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(device, [0])
    nodeRed = await NodeRed.start({ flows: flow(), install: installStubbornPackage })
    await nodeRed.rowWhen('boiler', ({ status }) => status === 'running')
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
  })

  function flow(): FlowNode[] {
    return flowOf(
      supervisorNode({ stopTimeout: 1 }),
      readerNode('boiler', device.port, { interval: 20, timeout: 10_000 }),
    )
  }

  it('waits for them, and keeps its files and its queue', async () => {
    const { pid } = await nodeRed.row('boiler')
    assert.ok(pid)
    await makeStubborn(pid)
    const census = new Census(nodeRed.pid)
    await nodeRed.deploy(flow().filter(isNoSupervisor))
    await nodeRed.deploy(flow())
    const row = await nodeRed.rowWhen('boiler', (row) => row.status === 'running' && row.pid !== pid)
    assert.ok(isGone(pid))
    await until(() => sequenceOf(nodeRed.recorded('boiler')).length > 150, 20_000)
    census.stop()
    assert.equal(census.most, 1)
    assert.equal((await nodeRed.row('boiler')).pid, row.pid)
    assert.doesNotMatch(nodeRed.output, /queue/)
    assert.doesNotMatch(nodeRed.output, /left behind/)
    assertRising(nodeRed.recorded('boiler'))
    const files = readdirSync(join(nodeRed.userDir, 'collectors', SUPERVISOR), { recursive: true })
    const run = ['run', join('run', 'id-boiler.run')]
    const journal = ['journal-numbers.json', 'journal-numbers.json.copy', 'journal.jsonl']
    assert.deepEqual(files.sort(), [...journal, 'live.json', 'owner.json', 'owner.lock', 'queue', ...run])
  })
})

const isNoSupervisor = ({ id }: FlowNode): boolean => id !== SUPERVISOR
