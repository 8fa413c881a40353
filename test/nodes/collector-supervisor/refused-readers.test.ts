import assert from 'node:assert/strict'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { Supervisors } from '../../../nodes/collector-supervisor/fleet'
import { until } from '../../support/until'
import { specOf } from './supervision'

const PROBLEM = 'the supervisor cannot work: another Node-RED (process 7 on gateway) uses the folder'

describe('a reader whose supervisor cannot work', () => {
  const refuse = (supervisors: Supervisors, name: string, supervisorId = 's1') =>
    supervisors.showRefused({
      spec: specOf({}, { name, tagsTotal: 3 }),
      supervisorId,
      supervisor: 'Line A',
      problem: PROBLEM,
    })

  it('has a row that says why, and no log', () => {
    const supervisors = new Supervisors(() => {})
    refuse(supervisors, 'oven')
    const [row] = supervisors.rows()
    assert.deepEqual(supervisors.row('oven'), row)
    assert.deepEqual(
      [row?.name, row?.supervisor, row?.status, row?.health, row?.last_error, row?.pid, row?.tags.total],
      ['oven', 'Line A', 'error', 'failed', PROBLEM, null, 3],
    )
    assert.deepEqual([supervisors.logs('oven'), supervisors.logs('press')], [[], undefined])
  })

  it('answers commands, and questions about its history, with the reason', async () => {
    const supervisors = new Supervisors(() => {})
    refuse(supervisors, 'oven')
    refuse(supervisors, 'press', 's2')
    const result = (name: string) => ({ name, success: false, code: 'conflict', error: PROBLEM })
    for (const command of ['start', 'stop', 'restart'] as const) {
      assert.deepEqual(await supervisors.command({ command, name: 'oven' }), [result('oven')])
    }
    assert.deepEqual(await supervisors.command({ command: 'start-all' }), [result('oven'), result('press')])
    assert.deepEqual(await supervisors.command({ command: 'stop-all' }, 's2'), [result('press')])
    const [elsewhere] = await supervisors.command({ command: 'start', name: 'oven' }, 's2')
    assert.equal(elsewhere?.code, 'not-found')
    const query = { collector: 'oven', tags: undefined, from: 0, to: 1, buckets: undefined }
    await assert.rejects(supervisors.history(query, new AbortController().signal), {
      code: 'conflict',
      message: PROBLEM,
    })
    assert.equal(supervisors.supervisorProblem('Line A'), PROBLEM)
    assert.equal(supervisors.supervisorProblem('Line B'), undefined)
  })

  it('comes and goes in the pushes', async () => {
    const supervisors = new Supervisors(() => {})
    const pushed: [ProcessRow[], string[]][] = []
    const { unsubscribe } = supervisors.subscribe({ rows: (rows, removed) => pushed.push([rows, removed]) })
    const hide = refuse(supervisors, 'oven')
    await until(() => pushed.length === 1)
    hide()
    hide()
    await until(() => pushed.length === 2)
    unsubscribe()
    assert.deepEqual(
      pushed.map(([rows, removed]) => [rows.map(({ name }) => name), removed]),
      [
        [['oven'], []],
        [[], ['oven']],
      ],
    )
    assert.deepEqual(supervisors.rows(), [])
    assert.equal(supervisors.supervisorProblem('Line A'), undefined)
  })
})
