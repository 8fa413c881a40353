// Which outages a journal tells of, as tables of its events.

import assert from 'node:assert/strict'
import type { Link, Status } from '../../../lib/contract/lifecycle'
import type { LinkEvent, ProcessEvent, Quality, QualityEvent } from '../../../lib/contract/process-event'
import { OutageBook } from '../../../nodes/collector-supervisor/outages'
import { processEvent } from '../../support/process-row'

const time = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString()
const BASE = { seq: 1, name: 'oven', supervisor: 'Line A', reason: '', generation: 1, since: time(0), lasted_s: 1 }

function link(second: number, from: Link, to: Link, name = 'oven'): LinkEvent {
  return { ...BASE, name, kind: 'link', time: time(second), from, to }
}
function quality(second: number, from: Quality, to: Quality): QualityEvent {
  return { ...BASE, kind: 'quality', time: time(second), from, to, tags: { total: 3, good: 0, bad: 3 } }
}
function stopped(second: number, code?: string): ProcessEvent {
  const to: Status = 'stopped'
  return processEvent('oven', { time: time(second), from: 'stopping', to, ...(code !== undefined && { code }) })
}

describe('the outages in a journal', () => {
  const off = link(10, 'connected', 'disconnected')
  const bad = quality(11, 'good', 'bad')
  // biome-ignore format: a table, one line a course of events
  const table: [title: string, events: ProcessEvent[], link: [Link, number] | undefined, quality: [Quality, number] | undefined][] = [
    ['are none where nothing happened', [], undefined, undefined],
    ['are none of a process that runs', [link(1, 'connecting', 'connected')], undefined, undefined],
    ['are what has not ended', [off, bad], ['disconnected', 10], ['bad', 11]],
    ['are not what has ended', [off, bad, link(20, 'disconnected', 'connected'), quality(20, 'bad', 'good')], undefined, undefined],
    ['are what holds at the end', [off, bad, link(20, 'disconnected', 'degraded'), quality(21, 'bad', 'partial')], ['degraded', 20], ['partial', 21]],
    ['go on over the end of Node-RED', [off, bad, stopped(20, 'shutdown')], ['disconnected', 10], ['bad', 11]],
    ['go on where the next process finds the same', [off, bad, link(30, 'connecting', 'disconnected'), quality(31, 'unread', 'bad')], ['disconnected', 10], ['bad', 11]],
    ['end where the operator stops the process', [off, bad, stopped(20, 'operator')], undefined, undefined],
    ['end where a deploy removes it', [off, bad, stopped(20, 'deploy')], undefined, undefined],
    ['end where nobody knows who has stopped it', [off, bad, stopped(20)], undefined, undefined],
    ['are not those of others', [link(5, 'connected', 'disconnected', 'press')], undefined, undefined],
  ]
  for (const [title, events, wantedLink, wantedQuality] of table) {
    it(title, () => {
      const book = new OutageBook()
      for (const event of events) book.add(event)
      const found = book.of('oven')
      const told = (one: { state: string; since: Date } | undefined) => one && [one.state, one.since.toISOString()]
      assert.deepEqual(told(found?.link), wantedLink && [wantedLink[0], time(wantedLink[1])])
      assert.deepEqual(told(found?.quality), wantedQuality && [wantedQuality[0], time(wantedQuality[1])])
    })
  }
})
