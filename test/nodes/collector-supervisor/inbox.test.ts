// Readings on their way from the live queue to a node: counted when they are lost, fenced off when they are of an earlier
// process, kept while there is no node.

import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { type Batch, encodeBatch, type TagColumn, type Value } from '../../../lib/contract/batch'
import { TITLE_SAMPLES, TITLE_TAGS } from '../../../lib/contract/limits'
import type { Message } from '../../../lib/queue/queue'
import { type Delivery, Inbox, KEPT_MAX } from '../../../nodes/collector-supervisor/inbox'

const GENERATION = 3
const TAGS: TagColumn[] = [
  { name: 'speed', unit: 'rpm', kind: 'number' },
  { name: 'level', unit: 'mm', kind: 'number' },
]

function message(title: string, data: unknown): Message {
  return {
    id: 1,
    origin: 'oven',
    to: 'a1',
    title,
    data,
    time: '2026-01-02T03:04:05.678Z',
    weight: 1,
    attempts: 0,
    priority: 0,
  }
}

function tags(parts: { generation?: number; revision?: number; tags?: TagColumn[] } = {}): Message {
  return message(TITLE_TAGS, { generation: GENERATION, revision: 1, tags: TAGS, ...parts })
}

function samples(cycle: number, parts: Partial<Batch> = {}): Message {
  const values: (Value | null)[] = [cycle, 0]
  const batch: Batch = {
    generation: GENERATION,
    revision: 1,
    cycle,
    time: 5,
    values,
    bad: new Map(),
    sourceTimes: new Map(),
  }
  return message(TITLE_SAMPLES, encodeBatch({ ...batch, ...parts }))
}

/** An inbox that knows its tags, and the cycles that come out of it. */
function open(...messages: Message[]): { inbox: Inbox; cycles: number[]; deliveries: Delivery[] } {
  const inbox = new Inbox()
  const cycles: number[] = []
  const deliveries: Delivery[] = []
  inbox.expect(GENERATION)
  inbox.attach((delivery) => {
    deliveries.push(delivery)
    cycles.push(delivery.batch.cycle)
  })
  for (const each of [tags(), ...messages]) inbox.take(each)
  return { inbox, cycles, deliveries }
}

describe('the inbox of a reader', () => {
  it('joins readings with the names of their columns', () => {
    const { deliveries, inbox } = open(samples(1))
    assert.deepEqual(
      deliveries.map(({ batch, tags: names }) => ({ values: batch.values, names })),
      [{ values: [1, 0], names: TAGS }],
    )
    assert.deepEqual([inbox.dropped, inbox.malformed], [0, 0])
  })

  it('takes names that come as bytes', () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ generation: GENERATION, revision: 2, tags: TAGS }))
    assert.deepEqual(open(message(TITLE_TAGS, bytes), samples(1, { revision: 2 })).cycles, [1])
  })

  it('counts good and bad tags of the last reading, and names a bad one', () => {
    const { inbox } = open()
    assert.deepEqual([inbox.tags, inbox.badTag], [{ good: 0, bad: 0 }, undefined])
    inbox.take(samples(1, { values: [1, null], bad: new Map([[1, 'exception 2']]) }))
    assert.deepEqual([inbox.tags, inbox.badTag], [{ good: 1, bad: 1 }, 'level: exception 2'])
    inbox.take(samples(2))
    assert.deepEqual([inbox.tags, inbox.badTag], [{ good: 2, bad: 0 }, undefined])
    inbox.expect(GENERATION + 1)
    assert.deepEqual([inbox.tags, inbox.badTag], [{ good: 0, bad: 0 }, undefined])
  })

  const losses: { what: string; messages: Message[]; cycles: number[]; dropped: number }[] = [
    { what: 'nothing', messages: [samples(1), samples(2), samples(3)], cycles: [1, 2, 3], dropped: 0 },
    { what: 'the first cycles', messages: [samples(4)], cycles: [4], dropped: 6 },
    { what: 'cycles in the middle', messages: [samples(1), samples(5), samples(8)], cycles: [1, 5, 8], dropped: 10 },
    { what: 'nothing of a cycle that comes twice', messages: [samples(1), samples(1)], cycles: [1], dropped: 0 },
    {
      what: 'nothing of a cycle that comes too late',
      messages: [samples(2), samples(1), samples(3)],
      cycles: [2, 3],
      dropped: 2,
    },
    {
      what: 'readings whose names are not known yet',
      messages: [samples(1, { revision: 2 }), tags({ revision: 2 }), samples(2, { revision: 2 })],
      cycles: [2],
      dropped: 2,
    },
    {
      what: 'readings that do not fit their names',
      messages: [samples(1, { values: [1] }), samples(2)],
      cycles: [2],
      dropped: 1,
    },
  ]
  for (const { what, messages, cycles, dropped } of losses) {
    it(`counts as lost ${what}`, () => {
      const opened = open(...messages)
      assert.deepEqual([opened.cycles, opened.inbox.dropped], [cycles, dropped])
    })
  }

  it('fences off an earlier process: its readings and its names', () => {
    const { inbox, cycles } = open(samples(1), samples(2))
    inbox.expect(GENERATION + 1)
    inbox.take(samples(3))
    inbox.take(tags({ tags: [] }))
    const next = { generation: GENERATION + 1 }
    inbox.take(samples(1, next))
    assert.deepEqual([cycles, inbox.dropped], [[1, 2], 2])
    inbox.take(tags(next))
    inbox.take(samples(2, next))
    assert.deepEqual([cycles, inbox.dropped], [[1, 2, 2], 2])
  })

  const garbage: { what: string; message: Message }[] = [
    { what: 'an unknown title', message: message('gossip', {}) },
    { what: 'readings that are no bytes', message: message(TITLE_SAMPLES, { cycle: 1 }) },
    { what: 'readings that are no batch', message: message(TITLE_SAMPLES, Uint8Array.of(1, 2, 3)) },
    { what: 'names that are no list', message: message(TITLE_TAGS, { generation: GENERATION, revision: 1 }) },
    { what: 'names that are no JSON', message: message(TITLE_TAGS, Uint8Array.of(0x7b)) },
    { what: 'names that are nothing', message: message(TITLE_TAGS, undefined) },
  ]
  for (const { what, message: wrong } of garbage) {
    it(`counts ${what} as malformed and goes on`, () => {
      const { inbox, cycles } = open(samples(1), wrong, samples(2))
      assert.deepEqual([cycles, inbox.malformed, inbox.dropped], [[1, 2], 1, 0])
    })
  }

  it('says of every message whether a reading came out of it', () => {
    const { inbox } = open()
    const said = [
      samples(1),
      samples(1),
      samples(2, { generation: 1 }),
      samples(3, { revision: 9 }),
      tags(),
      samples(4),
    ]
    assert.deepEqual(
      [...said, ...garbage.map((each) => each.message)].map((each) => inbox.take(each)),
      [true, false, false, false, false, true, ...garbage.map(() => false)],
    )
  })
})

describe('the inbox of a reader whose node is re-created', () => {
  const collect = (inbox: Inbox): number[] => {
    const cycles: number[] = []
    inbox.attach(({ batch }) => cycles.push(batch.cycle))
    return cycles
  }
  const lost = (): boolean => false
  const received = (): boolean => true

  it('keeps what comes in between, in order', async () => {
    const { inbox, cycles } = open()
    await inbox.detach(lost)
    for (const cycle of [1, 2, 3]) inbox.take(samples(cycle))
    assert.deepEqual(cycles, [])
    const later = collect(inbox)
    inbox.take(samples(4))
    assert.deepEqual([cycles, later], [[], [1, 2, 3, 4]])
  })

  it('keeps what the flow of the old node has not received, before what came later', async () => {
    const { inbox } = open(samples(1), samples(2))
    const landed = inbox.detach(lost)
    inbox.take(samples(3))
    await landed
    assert.deepEqual(collect(inbox), [1, 2, 3])
  })

  it('gives nothing twice that the flow has received in the moment of the deploy', async () => {
    const { inbox } = open(samples(1), samples(2))
    const landed = inbox.detach(received)
    inbox.take(samples(3))
    await landed
    assert.deepEqual(collect(inbox), [3])
  })

  it('asks whether it was received when the old node has had its turn, and not before', async () => {
    let sent = false
    const { inbox } = open(samples(1))
    setImmediate(() => {
      sent = true
    })
    await inbox.detach(() => sent)
    assert.deepEqual(collect(inbox), [])
  })

  it('gives nothing twice that had been passed on before the deploy', async () => {
    const { inbox } = open(samples(1), samples(2))
    await turn()
    inbox.take(samples(3))
    await inbox.detach(lost)
    assert.deepEqual(collect(inbox), [3])
  })

  it('loses nothing in one deploy after the other', async () => {
    const { inbox, cycles } = open(samples(1))
    await inbox.detach(lost)
    const second = collect(inbox)
    inbox.take(samples(2))
    await inbox.detach(lost)
    const third = collect(inbox)
    await turn()
    await inbox.detach(lost)
    assert.deepEqual([cycles, second, third, collect(inbox)], [[1], [1, 2], [1, 2], []])
  })

  it('keeps a limited number of readings, the last ones, and counts the others', async () => {
    const { inbox } = open()
    await inbox.detach(lost)
    for (let cycle = 1; cycle <= KEPT_MAX + 3; cycle++) inbox.take(samples(cycle))
    assert.equal(inbox.dropped, 3 * TAGS.length)
    const cycles = collect(inbox)
    assert.deepEqual([cycles.length, cycles[0], cycles.at(-1)], [KEPT_MAX, 4, KEPT_MAX + 3])
  })

  it('keeps the names of columns that have changed since', async () => {
    const { inbox } = open()
    await inbox.detach(lost)
    inbox.take(samples(1))
    inbox.take(tags({ revision: 2, tags: [...TAGS].reverse() }))
    inbox.take(samples(2, { revision: 2 }))
    const names: string[] = []
    inbox.attach((delivery) => names.push(delivery.tags.map(({ name }) => name).join()))
    assert.deepEqual(names, ['speed,level', 'level,speed'])
  })

  it('tells reasons without the secrets of the process', () => {
    const { inbox, deliveries } = open()
    inbox.expect(GENERATION, (text) => text.replaceAll('canary', '***'))
    inbox.take(tags())
    inbox.take(samples(1, { values: [1, null], bad: new Map([[1, 'refused: canary']]) }))
    assert.deepEqual([...(deliveries.at(-1)?.batch.bad ?? [])], [[1, 'refused: ***']])
    assert.equal(inbox.badTag, 'level: refused: ***')
  })
})
