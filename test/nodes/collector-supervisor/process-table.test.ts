// A snapshot first, then what has changed: gathered, and told to everybody, whatever one of them does.

import assert from 'node:assert/strict'
import { mock } from 'node:test'
import type { ProcessRow } from '../../../lib/contract/process-row'
import { COALESCE_MS, ProcessTable } from '../../../nodes/collector-supervisor/process-table'
import { processEvent, processRow } from '../../support/process-row'

type Told = { rows: string[]; removed: string[] }

describe('the process table', () => {
  let rows: ProcessRow[]
  let reports: string[]
  let table: ProcessTable

  const listen = (): { told: Told[]; snapshot: string[]; unsubscribe(): void } => {
    const told: Told[] = []
    const { snapshot, unsubscribe } = table.subscribe({
      rows: (changed, removed) => told.push({ rows: changed.map(({ name }) => name), removed }),
    })
    return { told, snapshot: snapshot.map(({ name }) => name), unsubscribe }
  }

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] })
    rows = ['oven', 'press', 'saw'].map((name) => processRow(name))
    reports = []
    table = new ProcessTable({ rows: () => rows, row: (name) => rows.find((row) => row.name === name) }, (text) =>
      reports.push(text),
    )
  })
  afterEach(() => mock.timers.reset())

  it('gives everything to a new listener at once, and nothing more while nothing changes', () => {
    const { snapshot, told } = listen()
    assert.deepEqual(snapshot, ['oven', 'press', 'saw'])
    mock.timers.tick(10_000)
    assert.deepEqual(told, [])
  })

  it('tells at once after a quiet time, and all that happened in that moment together', () => {
    const { told } = listen()
    table.changed('press')
    table.changed('oven')
    assert.deepEqual(told, [])
    mock.timers.tick(0)
    assert.deepEqual(told, [{ rows: ['press', 'oven'], removed: [] }])
    mock.timers.tick(COALESCE_MS)
    table.changed('saw')
    mock.timers.tick(0)
    assert.deepEqual(told.at(-1), { rows: ['saw'], removed: [] })
  })

  it('then gathers changes for 100 ms and tells each row once, in the order of the changes', () => {
    const { told } = listen()
    table.changed('saw')
    mock.timers.tick(0)
    for (let change = 0; change < 50; change++) table.changed('press')
    mock.timers.tick(COALESCE_MS - 1)
    table.changed('oven')
    assert.equal(told.length, 1)
    mock.timers.tick(1)
    assert.deepEqual(told[1], { rows: ['press', 'oven'], removed: [] })
    mock.timers.tick(10_000)
    assert.equal(told.length, 2)
  })

  it('tells at most every 100 ms of what never stands still', () => {
    const { told } = listen()
    for (let ms = 0; ms < 1000; ms += 10) {
      table.changed('oven')
      mock.timers.tick(10)
    }
    assert.equal(told.length, 1000 / COALESCE_MS)
  })

  it('tells the row as it is when it is told', () => {
    const seen: (number | null)[] = []
    table.subscribe({ rows: (changed) => seen.push(...changed.map(({ pid }) => pid)) })
    table.changed('oven')
    rows[0] = processRow('oven', { pid: 77 })
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual(seen, [77])
  })

  it('begins to gather anew after it has told', () => {
    const { told } = listen()
    table.changed('oven')
    mock.timers.tick(COALESCE_MS)
    table.changed('saw')
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual(told, [
      { rows: ['oven'], removed: [] },
      { rows: ['saw'], removed: [] },
    ])
  })

  it('tells of rows that went', () => {
    const { told } = listen()
    table.changed('oven')
    rows.pop()
    table.changed('saw')
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual(told, [{ rows: ['oven'], removed: ['saw'] }])
  })

  it('does not tell that a row went whose name has been given to another process', () => {
    const { told } = listen()
    rows.pop()
    table.changed('saw')
    rows.push(processRow('saw', { pid: 5 }))
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual(told, [{ rows: ['saw'], removed: [] }])
  })

  it('misses nothing of what changes between snapshot and first news', () => {
    listen()
    table.changed('saw')
    mock.timers.tick(0)
    table.changed('oven')
    mock.timers.tick(COALESCE_MS / 2)
    const late = listen()
    table.changed('press')
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual(late.told, [{ rows: ['oven', 'press'], removed: [] }])
  })

  it('tells nobody who has unsubscribed, even in the middle of telling', () => {
    const first = listen()
    const stays = listen()
    table.subscribe({ rows: () => first.unsubscribe() })
    table.changed('oven')
    mock.timers.tick(COALESCE_MS)
    table.changed('oven')
    first.unsubscribe()
    mock.timers.tick(COALESCE_MS)
    assert.deepEqual([first.told.length, stays.told.length], [1, 2])
  })

  it('sets no timer without listeners', () => {
    const { unsubscribe } = listen()
    unsubscribe()
    table.changed('oven')
    let reads = 0
    const source = {
      rows: () => {
        reads++
        return rows
      },
      row: () => {
        reads++
        return undefined
      },
    }
    const counting = new ProcessTable(source, () => {})
    counting.changed('oven')
    mock.timers.tick(10_000)
    assert.equal(reads, 0)
  })

  it('tells of events at once, in order', () => {
    const seen: number[] = []
    table.subscribe({ event: ({ seq }) => seen.push(seq) })
    listen()
    table.event(processEvent('oven', { seq: 1 }))
    table.event(processEvent('oven', { seq: 2 }))
    assert.deepEqual(seen, [1, 2])
  })

  it('serves the others when a listener throws, and says so', () => {
    const failing = (): never => {
      throw new Error('no disk')
    }
    table.subscribe({ rows: failing, event: failing })
    const { told } = listen()
    const events: number[] = []
    table.subscribe({ event: ({ seq }) => events.push(seq) })
    table.changed('oven')
    mock.timers.tick(COALESCE_MS)
    table.event(processEvent('oven', { seq: 3 }))
    assert.deepEqual([told.length, events], [1, [3]])
    assert.deepEqual(reports, new Array(2).fill('a listener of the process table failed: no disk'))
  })
})
