import assert from 'node:assert/strict'
import type { Node, NodeAPI, NodeStatus } from 'node-red'
import type { CommandResult } from '../../../lib/contract/command'
import { registerStatusBroadcast } from '../../../nodes/status-broadcast/status-broadcast-node'
import { FakeFleet } from '../../support/fake-fleet'
import { processEvent, processRow } from '../../support/process-row'
import { processorStatus } from '../../support/processor-status'
import { testHelper } from '../../support/test-helper'
import { until } from '../../support/until'

type Message = Record<string, unknown>

describe('The status-broadcast node', () => {
  let fleet: FakeFleet
  let redEvents: NodeAPI['events'] | undefined
  let statuses: Message[]
  let events: Message[]
  let caught: Message[]
  let completed: Message[]
  let badges: NodeStatus[]
  const oven = processRow('oven')
  const press = processRow('press', { supervisor: 'Line B', status: 'stopped' })

  // a node without a place on the canvas would be taken for a config node
  const at = { z: 'tab', x: 1, y: 1 }
  const flow = (properties: object = {}) => [
    { id: 'tab', type: 'tab' },
    // no message of its own accord but the first, unless a test asks for it
    {
      id: 'n',
      type: 'status-broadcast',
      ...at,
      interval: 0,
      rateLimit: 10,
      ...properties,
      wires: [['out1'], ['out2']],
    },
    { id: 'out1', type: 'helper', ...at },
    { id: 'out2', type: 'helper', ...at },
    { id: 'n-catch', type: 'catch', ...at, wires: [['caught']] },
    { id: 'caught', type: 'helper', ...at },
    { id: 'n-complete', type: 'complete', ...at, scope: ['n'], wires: [['completed']] },
    { id: 'completed', type: 'helper', ...at },
    { id: 'n-status', type: 'status', ...at, scope: ['n'], wires: [['badge']] },
    { id: 'badge', type: 'helper', ...at },
  ]

  function get(id: string): Node {
    const node = testHelper.getNode(id)
    assert.ok(node, id)
    return node
  }
  function listen(): void {
    get('out1').on('input', (msg) => statuses.push(msg))
    get('out2').on('input', (msg) => events.push(msg))
    get('caught').on('input', (msg) => caught.push(msg))
    get('completed').on('input', (msg) => completed.push(msg))
    get('badge').on('input', (msg) => badges.push(Object(msg.status)))
  }
  /** The helper makes a spy of the method, which also knows what was shown before anybody listened. */
  function lastBadge() {
    return Object(get('n')).status.lastCall.args[0]
  }
  async function load(properties: object = {}, during?: () => void): Promise<void> {
    const register = (RED: NodeAPI) => {
      registerStatusBroadcast(RED, fleet)
      redEvents = RED.events
      RED.events.once('flows:started', listen)
      if (during)
        RED.nodes.registerType('during', function (this: Node, definition) {
          RED.nodes.createNode(this, definition)
          during()
        })
    }
    await testHelper.load([register], [...flow(properties), ...(during ? [{ id: 'd', type: 'during', ...at }] : [])])
  }
  const receive = (msg: object) => get('n').receive(Object(msg))

  beforeEach(() => {
    testHelper.settings({ logging: { console: { level: 'off' } } })
    fleet = new FakeFleet(oven, press)
    statuses = []
    events = []
    caught = []
    completed = []
    badges = []
  })
  afterEach(async () => {
    await testHelper.unload()
    assert.equal(fleet.listeners.size, 0)
  })

  const refused: [string, object, RegExp][] = [
    ['a negative interval', { interval: -1 }, /interval: -1 is not within 0 to 86400/],
    ['an interval that is no number', { interval: 'often' }, /interval: "often" is not a number/],
    ['a rate of 0', { rateLimit: 0 }, /rateLimit: 0 is not within/],
    ['an unknown status in the filter', { filter: 'status:broken' }, /filter: unknown status "broken"/],
    ['a supervisor that is not there', { supervisor: 's9' }, /no-supervisor/],
  ]
  for (const [what, properties, reason] of refused) {
    it(`refuses ${what}: red status, catchable error, nothing else`, async () => {
      await load(properties)
      receive({ payload: { command: 'stop-all' } })
      await until(() => caught.length > 0)
      assert.match(Object(caught[0]?.error).message, reason)
      assert.equal(Object(caught[0]?.error).code, 'bad-configuration')
      assert.deepEqual([statuses, events, completed, fleet.commands], [[], [], [], []])
      const shown = lastBadge()
      assert.deepEqual([shown.fill, shown.shape], ['red', 'ring'])
      assert.match(shown.text, reason)
    })
  }

  it('sends the table when the flow starts, with its summary', async () => {
    await load()
    await until(() => statuses.length > 0)
    const [{ _msgid, ...message } = {}] = statuses
    assert.deepEqual(message, {
      topic: 'processes',
      payload: [oven, press],
      summary: {
        total_processes: 2,
        running_processes: 1,
        stopped_processes: 1,
        error_processes: 0,
        well_processes: 1,
        unwell_processes: 0,
        avg_cpu_usage: 1.5,
      },
      processor: {},
      control: true,
    })
  })

  it('sends events by output 2 only, those that came while the flow started too', async () => {
    const event = processEvent('oven', { log: ['last words'] })
    await load({}, () => fleet.tell(event))
    fleet.tell({ ...event, seq: 2 })
    await until(() => events.length === 2)
    assert.deepEqual(
      events.map(({ topic, payload }) => [topic, payload]),
      [
        ['oven', event],
        ['oven', { ...event, seq: 2 }],
      ],
    )
    await until(() => statuses.length === 1)
  })

  it('sends what nobody else holds: a flow may change it', async () => {
    await load()
    await until(() => statuses.length > 0)
    const [row] = Object(statuses[0]).payload
    row.status = 'changed by a flow'
    row.tags.good = -1
    assert.equal(oven.status, 'running')
    assert.equal(oven.tags.good, 3)
  })

  it('sends a change at once and repeats at its interval', async () => {
    await load({ interval: 0.1 })
    await until(() => statuses.length >= 3)
    fleet.set(processRow('oven', { status: 'error' }))
    await until(() => Object(statuses.at(-1)).payload[0].status === 'error')
  })

  it('shows only its supervisor and filter', async () => {
    fleet.setProcessor('Line A', processorStatus())
    fleet.setProcessor('Line B', processorStatus({ queue_dead: 2 }))
    await load({ supervisor: 's2', filter: 'status:stopped' })
    await until(() => statuses.length > 0)
    assert.deepEqual(Object(statuses[0]).payload, [press])
    assert.deepEqual(Object(statuses[0]).processor, { 'Line B': processorStatus({ queue_dead: 2 }) })
  })

  it('answers get_status by output 1 with the same message, which keeps its other properties', async () => {
    await load()
    await until(() => statuses.length === 1)
    receive({ _msgid: 'mine', topic: 'ask', payload: 'get_status', res: 'kept' })
    await until(() => completed.length > 0)
    const [, answer] = statuses
    assert.deepEqual([answer?._msgid, answer?.res, answer?.topic], ['mine', 'kept', 'processes'])
    assert.deepEqual(answer?.payload, [oven, press])
    assert.equal(answer?.command, undefined)
    assert.equal(completed.length, 1)
    assert.deepEqual(caught, [])
  })

  it('answers a command that went well with the table and its results', async () => {
    await load({ supervisor: 's1' })
    await until(() => statuses.length === 1)
    receive({ payload: { command: 'stop', name: 'oven' }, res: 'kept' })
    await until(() => completed.length > 0)
    const [, answer] = statuses
    assert.deepEqual(answer?.payload, [oven])
    assert.equal(answer?.res, 'kept')
    assert.deepEqual(answer?.command, { command: 'stop', name: 'oven', results: [{ name: 'oven', success: true }] })
    assert.deepEqual(fleet.commands, [{ command: { command: 'stop', name: 'oven' }, supervisorId: 's1' }])
    assert.deepEqual(caught, [])
  })

  it('gives a command that failed in part to the Catch nodes only, with all results', async () => {
    await load()
    await until(() => statuses.length === 1)
    const results: CommandResult[] = [
      { name: 'oven', success: true },
      { name: 'press', success: false, error: 'is stopping', code: 'conflict' },
    ]
    fleet.outcome = () => results
    receive({ payload: { command: 'start-all' }, res: 'kept' })
    await until(() => caught.length > 0)
    const [message] = caught
    assert.equal(Object(message?.error).code, 'conflict')
    assert.match(Object(message?.error).message, /start-all failed: "press": is stopping/)
    assert.deepEqual(message?.command, { command: 'start-all', results })
    assert.equal(message?.res, 'kept')
    assert.deepEqual([statuses.length, completed.length, caught.length], [1, 0, 1])
  })

  it('makes a catchable error of what it does not understand, and works on', async () => {
    await load()
    await until(() => statuses.length === 1)
    const payloads = [undefined, null, 7, 'stop', [], {}, { command: 5n }, { command: 'stop' }]
    for (const payload of payloads) receive({ payload })
    await until(() => caught.length === payloads.length)
    for (const { error } of caught) assert.equal(Object(error).code, 'bad-command')
    receive({ payload: 'get_status' })
    await until(() => completed.length === 1)
    assert.deepEqual(fleet.commands, [])
  })

  it('answers a command that ends after the node was closed without harm', async () => {
    await load()
    let finish: (results: CommandResult[]) => void = () => {}
    fleet.outcome = () => new Promise((resolve) => (finish = resolve))
    receive({ payload: { command: 'stop-all' } })
    await until(() => fleet.commands.length > 0)
    await testHelper.setFlows(flow({ name: 'changed' }), 'full')
    finish([{ name: 'oven', success: true }])
    await until(() => fleet.listeners.size === 1)
  })

  it('leaves nothing behind after many deploys', async () => {
    await load()
    const before = redEvents?.listenerCount('flows:started')
    for (let deploy = 0; deploy < 10; deploy++) await testHelper.setFlows(flow({ name: `${deploy}` }), 'full')
    assert.equal(fleet.listeners.size, 1)
    assert.equal(redEvents?.listenerCount('flows:started'), before)
  })

  it('shows below itself the worst of what it shows, each state once', async () => {
    await load()
    assert.deepEqual(lastBadge(), { fill: 'green', shape: 'dot', text: 'status-broadcast.status.running' })
    fleet.set(processRow('oven', { status: 'crashed' }))
    fleet.set(processRow('oven', { status: 'crashed', last_error: 'exit code 1' }))
    fleet.set(processRow('oven', { status: 'error' }))
    fleet.set(processRow('oven'))
    fleet.remove('oven', 'press')
    await until(() => badges.length === 4)
    assert.deepEqual(
      badges.map(({ fill, shape, text }) => [fill, shape, text]),
      [
        ['yellow', 'ring', 'status-broadcast.status.restarting'],
        ['red', 'dot', 'status-broadcast.status.error'],
        ['green', 'dot', 'status-broadcast.status.running'],
        ['grey', 'ring', 'status-broadcast.status.none'],
      ],
    )
  })
})
