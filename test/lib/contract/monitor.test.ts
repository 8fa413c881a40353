import assert from 'node:assert/strict'
import type { CommandResult } from '../../../lib/contract/command'
import { type MonitorMessage, parseMonitorMessage, parseMonitorRequest } from '../../../lib/contract/monitor'
import { processEvent, processRow } from '../../support/process-row'
import { processorStatus } from '../../support/processor-status'

const timestamp = '2026-01-02T03:04:05.678Z'

describe('A request of a monitor', () => {
  const table: [unknown, ReturnType<typeof parseMonitorRequest> | RegExp][] = [
    [{ type: 'get_status' }, { type: 'get_status' }],
    [{ type: 'command', command: 'get_status' }, { type: 'get_status' }],
    [
      { type: 'command', command: 'stop', name: '压机 1/2 ..%' },
      { type: 'command', command: 'stop', name: '压机 1/2 ..%' },
    ],
    [
      { type: 'command', command: 'stop-all', id: 'a' },
      { type: 'command', command: 'stop-all', id: 'a' },
    ],
    [
      { type: 'command', command: 'restart', name: 'oven', id: 7 },
      { type: 'command', command: 'restart', name: 'oven', id: 7 },
    ],
    [
      { type: 'command', command: 'stop-all', name: 'oven' },
      /^stop-all has no member "name"; there are type, id, command$/,
    ],
    [
      { type: 'command', command: 'stop', name: 'oven', nam: 1 },
      /^stop has no member "nam"; .* type, id, command, name$/,
    ],
    [{ type: 'get_status', name: 'oven' }, /^get_status has no member "name"; there are type, id$/],
    [JSON.parse('{ "type": "get_status", "__proto__": 1 }'), /has no member "__proto__"/],
    [undefined, /JSON object/],
    ['get_status', /JSON object/],
    [[], /JSON object/],
    [{}, /unknown type/],
    [{ type: 'subscribe', id: 3 }, /unknown type/],
    [{ type: 'command' }, /no command given/],
    [{ type: 'command', command: 'explode', name: 'oven' }, /unknown command "explode"/],
    [{ type: 'command', command: 'stop' }, /needs the name/],
    [{ type: 'command', command: 'stop', name: '' }, /needs the name/],
    [{ type: 'command', command: 'stop', name: 'a'.repeat(201) }, /needs the name/],
    [{ type: 'command', command: 'stop', name: 'oven', id: {} }, /id must be/],
    [{ type: 'command', command: 'stop', name: 'oven', id: -1 }, /id must be/],
    [{ type: 'command', command: 'stop', name: 'oven', id: 'a'.repeat(201) }, /id must be/],
  ]
  for (const [input, expected] of table) {
    it(`${JSON.stringify(input)?.slice(0, 80)}`, () => {
      const parsed = parseMonitorRequest(input)
      if (!(expected instanceof RegExp)) return assert.deepEqual(parsed, expected)
      assert.ok('problem' in parsed)
      assert.match(parsed.problem, expected)
    })
  }

  it('that is wrong is answered with its id', () => {
    const parsed = parseMonitorRequest({ type: 'command', command: 'explode', id: 'mine' })
    assert.equal('problem' in parsed && parsed.id, 'mine')
  })
})

const failed: CommandResult = { name: 'oven', success: false, error: 'it does not end', code: 'timeout' }
const MESSAGES: Record<string, MonitorMessage> = {
  'a snapshot': { type: 'process_status', seq: 0, timestamp, data: [processRow('oven'), processRow('../%2F 炉')] },
  'an empty snapshot': { type: 'process_status', seq: 0, timestamp, data: [] },
  'a row without a process': {
    type: 'process_status',
    seq: 1,
    timestamp,
    data: [processRow('oven', { pid: null, start_time: null, last_error: 'x', next_restart_at: 5 })],
  },
  'an update': { type: 'process_status_update', seq: 2, timestamp, data: [processRow('oven')], removed: ['press'] },
  'an event': { type: 'process_event', seq: 3, timestamp, data: processEvent('oven') },
  'an event of an end': {
    type: 'process_event',
    seq: 3,
    timestamp,
    data: processEvent('oven', {
      exit: { code: null, signal: 'SIGKILL' },
      last_error: 'killed',
      next_restart_at: 1,
      log: ['a'],
    }),
  },
  'the way into the database': {
    type: 'processor_status',
    seq: 0,
    timestamp,
    data: { 'Line A': processorStatus({ last_error: 'refused' }), 'Line B': processorStatus() },
  },
  'an update of the way into the database': {
    type: 'processor_status_update',
    seq: 1,
    timestamp,
    data: { 'Line A': processorStatus() },
    removed: ['Line B'],
  },
  'a command that was done': {
    type: 'command_result',
    timestamp,
    id: 1,
    command: 'start-all',
    results: [{ name: 'oven', success: true }],
    success: true,
  },
  'a command that failed': {
    type: 'command_result',
    timestamp,
    id: 'a',
    command: 'stop',
    name: 'oven',
    results: [failed],
    success: false,
    error: 'stop failed',
    code: 'timeout',
  },
  'a command that was refused': {
    type: 'command_result',
    timestamp,
    command: 'stop',
    name: 'oven',
    results: [],
    success: false,
    error: 'this user lacks the permission',
    code: 'forbidden',
  },
  'an error': { type: 'error', timestamp, error: 'no JSON', code: 'bad-request' },
}
/** What may be missing without harm. */
const OPTIONAL = /^(id|log|exit|signal|last_error|next_restart_at|error|code)$/
const SUPERVISOR = /^Line/

describe('A message to a monitor', () => {
  for (const [what, message] of Object.entries(MESSAGES)) {
    it(`is understood: ${what}`, () =>
      assert.deepEqual(parseMonitorMessage(JSON.parse(JSON.stringify(message))), message))

    it(`is not understood with anything of it missing or of another kind: ${what}`, () => {
      for (const path of pathsOf(message)) {
        const key = String(path.at(-1))
        for (const change of [undefined, { not: 'this' }]) {
          const broken = changed(message, path, change)
          const parsed = parseMonitorMessage(broken)
          if (parsed === undefined || (change === undefined && SUPERVISOR.test(key))) continue
          assert.match(key, OPTIONAL, `${path.join('.')} = ${JSON.stringify(change)}: ${JSON.stringify(parsed)}`)
        }
      }
    })
  }

  it('is nothing else', () => {
    for (const input of [
      undefined,
      null,
      1,
      'text',
      [],
      {},
      { type: 'process_status' },
      { type: 'later', seq: 1, timestamp },
    ])
      assert.equal(parseMonitorMessage(input), undefined)
  })
})

/** The ways to all properties; of a list only those of its first item. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value)
  return entries.flatMap(([key, item]) => [
    ...(Array.isArray(value) ? [] : [[...path, key]]),
    ...pathsOf(item, [...path, key]),
  ])
}

function changed(message: object, path: string[], to: unknown): unknown {
  const copy = structuredClone(message)
  let place: Record<string, unknown> = Object(copy)
  for (const key of path.slice(0, -1)) place = Object(place[key])
  const key = path.at(-1) ?? ''
  if (to === undefined) delete place[key]
  else place[key] = to
  return copy
}
