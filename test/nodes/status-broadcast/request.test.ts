import assert from 'node:assert/strict'
import type { CommandResult } from '../../../lib/contract/command'
import { Fault } from '../../../lib/contract/fault'
import { answerRequest } from '../../../nodes/status-broadcast/request'
import { viewOf } from '../../../nodes/status-broadcast/view'
import { FakeFleet } from '../../support/fake-fleet'
import { processRow } from '../../support/process-row'

const oven = processRow('oven')
const press = processRow('press', { supervisor: 'Line B' })

const NODE_STAYS = new AbortController().signal

function ask(fleet: FakeFleet, payload: unknown, supervisorId = '', control = true, gone = NODE_STAYS) {
  const view = viewOf(fleet, supervisorId, ({ name }) => name !== 'hidden')
  return answerRequest(fleet, view, { supervisor: supervisorId, control, gone }, payload)
}

describe('A message to a node that takes no commands', () => {
  it('gets the table and the history, and is refused when it wants to control', async () => {
    const fleet = new FakeFleet(oven)
    assert.deepEqual((await ask(fleet, 'get_status', '', false)).rows, [oven])
    assert.ok((await ask(fleet, { command: 'get_history', collector: 'oven' }, '', false)).history)
    for (const payload of [{ command: 'stop', name: 'oven' }, { command: 'stop-all' }, { command: 'start-all' }]) {
      const { fault } = await ask(fleet, payload, '', false)
      assert.equal(fault?.code, 'forbidden')
      assert.match(fault.message, /the property "Commands"/)
    }
    assert.deepEqual(fleet.commands, [])
  })
})

describe('A question about the history', () => {
  it('is answered as over REST, with the table', async () => {
    const fleet = new FakeFleet(oven)
    const { rows, history } = await ask(fleet, { command: 'get_history', collector: 'oven', from: '0', to: '9' })
    assert.deepEqual([rows, history], [[oven], { collector: 'oven', from: 0, to: 9, series: [] }])
  })

  it('is given up when the node is closed', async () => {
    const fleet = new FakeFleet(oven)
    fleet.past = (_query, gone) =>
      new Promise((_resolve, reject) => {
        gone.addEventListener('abort', () => reject(new Fault('link', 'failed', 'nobody waits any more')))
      })
    const node = new AbortController()
    const answer = ask(fleet, { command: 'get_history', collector: 'oven' }, '', true, node.signal)
    node.abort()
    assert.equal((await answer).fault?.message, 'nobody waits any more')
  })

  const refused: [payload: object, supervisor: string, code: string][] = [
    [{ collector: 'nobody' }, '', 'not-found'],
    [{ collector: 'oven' }, 's2', 'not-found'],
    [{}, '', 'bad-command'],
    [{ collector: 'oven', from: 'yesterday' }, '', 'bad-command'],
  ]
  for (const [payload, supervisor, code] of refused) {
    it(`is refused: ${JSON.stringify(payload)} to ${supervisor || 'all'}`, async () => {
      const { fault } = await ask(new FakeFleet(oven), { command: 'get_history', ...payload }, supervisor)
      assert.equal(fault?.code, code)
    })
  }
})

describe('A message to the node', () => {
  const circular: Record<string, unknown> = {}
  circular.command = circular
  const malformed: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['another text', 'status'],
    ['a list', ['get_status']],
    ['an unknown command', { command: 'explode', name: 'oven' }],
    ['a command that is no text', { command: 10n }],
    ['a command that contains itself', circular],
    ['no name', { command: 'stop' }],
    ['an empty name', { command: 'stop', name: '' }],
    ['a name that is no text', { command: 'stop', name: { toString: null } }],
    ['an endless name', { command: 'stop', name: 'x'.repeat(1000) }],
    ['an endless command', { command: 'x'.repeat(1_000_000) }],
  ]
  for (const [what, payload] of malformed) {
    it(`with ${what} is a fault and no command`, async () => {
      const fleet = new FakeFleet(oven)
      const { fault, report } = await ask(fleet, payload)
      assert.equal(fault?.code, 'bad-command')
      assert.ok(fault.message.length < 500)
      assert.equal(report, undefined)
      assert.deepEqual(fleet.commands, [])
    })
  }

  it('gets the rows for get_status, as text and as object', async () => {
    const fleet = new FakeFleet(oven, press, processRow('hidden'))
    for (const payload of ['get_status', { command: 'get_status' }])
      assert.deepEqual(await ask(fleet, payload), { rows: [oven, press] })
    assert.deepEqual(await ask(fleet, 'get_status', 's2'), { rows: [press] })
  })

  it('gets the one row for get_status with a name, be it filtered out', async () => {
    const hidden = processRow('hidden')
    assert.deepEqual(await ask(new FakeFleet(oven, hidden), { command: 'get_status', name: 'hidden' }), {
      rows: [hidden],
    })
  })

  it('gets not-found for get_status of a name that does not exist or belongs to another supervisor', async () => {
    const fleet = new FakeFleet(oven)
    for (const [name, supervisorId] of [
      ['nobody', ''],
      ['oven', 's2'],
    ] as const) {
      const { fault } = await ask(fleet, { command: 'get_status', name }, supervisorId)
      assert.equal(fault?.code, 'not-found')
      assert.match(fault?.message ?? '', new RegExp(name))
    }
  })

  it('passes a command on, limited to its supervisor', async () => {
    const fleet = new FakeFleet(oven)
    const results = [{ name: 'oven', success: true }]
    assert.deepEqual(await ask(fleet, { command: 'restart', name: 'oven' }), {
      rows: [oven],
      report: { command: 'restart', name: 'oven', results },
    })
    assert.deepEqual(await ask(fleet, { command: 'stop-all' }, 's1'), {
      rows: [oven],
      report: { command: 'stop-all', results },
    })
    assert.deepEqual(fleet.commands, [
      { command: { command: 'restart', name: 'oven' }, supervisorId: undefined },
      { command: { command: 'stop-all' }, supervisorId: 's1' },
    ])
  })

  it('gets a fault that names what failed of a -all command, and all results', async () => {
    const fleet = new FakeFleet(oven, press)
    const results: CommandResult[] = [
      { name: 'oven', success: true },
      { name: 'press', success: false, error: 'not ready in 30 s', code: 'timeout' },
    ]
    fleet.outcome = () => results
    const { fault, report } = await ask(fleet, { command: 'start-all' })
    assert.equal(fault?.code, 'timeout')
    assert.equal(fault?.message, 'start-all failed: "press": not ready in 30 s')
    assert.deepEqual(report, { command: 'start-all', results })
  })

  it('gets a fault when the table throws', async () => {
    const fleet = new FakeFleet(oven)
    fleet.outcome = () => Promise.reject(new Error('broken'))
    const { fault } = await ask(fleet, { command: 'stop-all' })
    assert.equal(fault?.message, 'broken')
  })
})
