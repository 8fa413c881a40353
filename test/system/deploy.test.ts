// What a deploy does to running processes: nothing, unless it means them.

import assert from 'node:assert/strict'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { ChildCensus, isGone, livingChildrenOf } from '../support/processes'
import { assertGapless, assertRising, placeSequences, sequenceOf } from '../support/sequence'

const INTERVALS_MS = { quick: 20, medium: 50, slow: 100 }
const NAMES = ['quick', 'medium', 'slow'] as const
const REGISTERS = { quick: 0, medium: 1, slow: 2 }
type Name = (typeof NAMES)[number]

describe('a deploy', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed

  beforeEach(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(device, Object.values(REGISTERS))
    nodeRed = await NodeRed.start({ flows: flow() })
    for (const name of NAMES) await moreSamples(name, 3)
  })
  afterEach(async () => {
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

  async function pids(): Promise<Record<string, number>> {
    return Object.fromEntries((await nodeRed.rows()).map(({ name, pid }) => [name, pid ?? 0]))
  }

  /** Waits for so many more samples in the flow. */
  async function moreSamples(topic: string, count: number): Promise<void> {
    const from = nodeRed.recorded(topic).length
    let seen = 0
    await nodeRed.recordedWhen(topic, ({ payload }) => sequenceOf([{ topic, payload }]).length > 0 && ++seen >= count, {
      from,
    })
  }

  it('without a change keeps every process, and loses and doubles no sample', async () => {
    const before = await pids()
    for (let deploy = 0; deploy < 20; deploy++) {
      await nodeRed.deploy(flow())
      // Half of the deploys come right upon each other.
      if (deploy % 2 === 0) await moreSamples('quick', 2)
    }
    for (const name of NAMES) await moreSamples(name, 3)
    assert.deepEqual(await pids(), before)
    for (const { name, generation, restart_count, dropped } of await nodeRed.rows()) {
      assert.deepEqual(
        { name, generation, restart_count, dropped },
        { name, generation: 1, restart_count: 0, dropped: 0 },
      )
    }
    for (const name of NAMES) assertGapless(nodeRed, name, 6)
  })

  it('of any kind keeps the processes whose readers it does not change', async () => {
    const before = await pids()
    for (const type of ['full', 'flows', 'nodes'] as const) {
      const comment = { id: 'comment', type: 'comment', z: TAB, x: 1, y: 1, name: type }
      await nodeRed.deploy([...flow({ slow: { x: 100 } }), comment], type)
      await moreSamples('quick', 2)
    }
    await moreSamples('slow', 2)
    assert.deepEqual(await pids(), before)
    for (const name of NAMES) assertGapless(nodeRed, name)
  })

  it('that changes a reader restarts its process only', async () => {
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
    }
    await moreSamples('slow', 3)
    assertGapless(nodeRed, 'quick')
    assertGapless(nodeRed, 'slow')
    assertRising(nodeRed, 'medium')
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
      await nodeRed.rowGone('medium')
      assert.ok(pid !== null && isGone(pid), `${way}: ${pid} is still there`)
      assert.equal(livingChildrenOf(nodeRed.pid).length, 2, way)
      await nodeRed.deploy(flow())
      await nodeRed.rowWhen('medium', ({ status }) => status === 'running')
      await moreSamples('medium', 2)
    }
    assert.deepEqual({ ...(await pids()), medium: 0 }, { ...before, medium: 0 })
    assertGapless(nodeRed, 'quick')
    assertGapless(nodeRed, 'slow')
    assertRising(nodeRed, 'medium')
  })

  it('that renames a reader renames its row, and never runs it twice', async () => {
    const census = new ChildCensus(nodeRed.pid)
    await nodeRed.deploy(flow({ medium: { name: 'renamed' } }))
    await nodeRed.rowWhen('renamed', ({ status }) => status === 'running')
    await moreSamples('renamed', 3)
    census.stop()
    assert.deepEqual((await nodeRed.rows()).map(({ name }) => name).sort(), ['quick', 'renamed', 'slow'])
    assert.equal(census.most, 3)
    assert.ok(census.pids.size <= 4)
    const values = [...nodeRed.recorded('medium'), ...nodeRed.recorded('renamed')]
    assert.deepEqual(
      sequenceOf(values),
      [...new Set(sequenceOf(values))].sort((a, b) => a - b),
    )
  })

  it('that swaps the names of two readers leaves both running under the other name', async () => {
    const census = new ChildCensus(nodeRed.pid)
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
    const changed = [supervisorNode({ autoRestart: false, statsInterval: 1 }), ...flow().filter(isNoSupervisor)]
    await nodeRed.deploy(changed, 'nodes')
    await moreSamples('quick', 3)
    assert.deepEqual(await pids(), before)
    for (const name of NAMES) assertGapless(nodeRed, name)
    process.kill(before.medium ?? 0, 'SIGKILL')
    const row = await nodeRed.rowWhen('medium', ({ status }) => status === 'error')
    assert.match(row.last_error ?? '', /SIGKILL.*automatic restart is off/)
    assert.equal(row.next_restart_at, null)
  })

  it('that moves a reader to another supervisor never runs it twice', async () => {
    const other = { ...supervisorNode({ name: 'other plant' }), id: 'other' }
    const before = await pids()
    const census = new ChildCensus(nodeRed.pid)
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
    assertGapless(nodeRed, 'quick')
    assertRising(nodeRed, 'medium')
  })

  it('that deletes the supervisor ends all of its processes', async () => {
    const before = Object.values(await pids())
    await nodeRed.deploy(flow().filter(isNoSupervisor))
    assert.deepEqual(
      before.filter((pid) => !isGone(pid)),
      [],
    )
    assert.deepEqual(await nodeRed.rows(), [])
    await nodeRed.deploy(flow())
    for (const name of NAMES) await nodeRed.rowWhen(name, ({ status }) => status === 'running')
    await moreSamples('slow', 2)
  })
})

const isNoSupervisor = ({ id }: FlowNode): boolean => id !== SUPERVISOR
