// The journal, in real files: over restarts, cut lines, disks that take nothing, and more events than it keeps.

import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_MAX, Journal, type JournalQuery, mergePages } from '../../../nodes/collector-supervisor/journal'
import { processEvent } from '../../support/process-row'
import { temporaryFolder } from '../../support/temporary-folder'

const ALL: JournalQuery = { name: undefined, kind: undefined, from: undefined, before: undefined, limit: 1000 }

describe('the journal', () => {
  const folder = temporaryFolder()
  let warnings: string[]
  beforeEach(() => {
    warnings = []
  })

  const path = () => join(folder(), 'journal.jsonl')
  const open = () => new Journal(path(), (text) => warnings.push(text))
  const event = (seq: number, name = 'oven') => processEvent(name, { seq })
  const add = (journal: Journal, ...seqs: number[]) => {
    for (const seq of seqs) journal.add(event(seq))
  }
  const seqsOf = async (journal: Journal, query: Partial<JournalQuery> = {}) =>
    (await journal.read({ ...ALL, ...query })).events.map(({ seq }) => seq)

  it('is empty where there is none, and is read newest first', async () => {
    const journal = open()
    assert.deepEqual([journal.lastSeq(), await seqsOf(journal)], [0, []])
    add(journal, 1, 2, 3)
    assert.deepEqual(await seqsOf(journal), [3, 2, 1])
    await journal.settled()
    assert.deepEqual(await seqsOf(journal), [3, 2, 1])
    assert.equal(statSync(path()).mode & 0o777, 0o600)
  })

  it('goes on over a restart, with the numbers of before', async () => {
    const before = open()
    add(before, 1, 2)
    await before.settled()
    const after = open()
    assert.equal(after.lastSeq(), 2)
    add(after, 3)
    assert.deepEqual(await seqsOf(after), [3, 2, 1])
  })

  it('keeps what it was given when Node-RED ends at once', async () => {
    const journal = open()
    add(journal, 1)
    await journal.settled()
    add(journal, 2, 3)
    journal.writeNow()
    await journal.settled()
    assert.deepEqual(await seqsOf(open()), [3, 2, 1])
  })

  it('leaves out a line that was cut anywhere, and no other', async () => {
    const whole = open()
    add(whole, 1, 2, 3)
    await whole.settled()
    const content = readFileSync(path())
    const start = content.lastIndexOf('\n', content.length - 2) + 1
    for (let end = start; end < content.length - 1; end += 7) {
      truncateSync(path(), end)
      const journal = open()
      assert.equal(journal.lastSeq(), 2)
      add(journal, 4, 5)
      await journal.settled()
      assert.deepEqual(await seqsOf(open()), [5, 4, 2, 1], `cut at ${end}`)
      writeFileSync(path(), content)
    }
  })

  it('leaves out what is no event', async () => {
    const journal = open()
    add(journal, 1)
    await journal.settled()
    appendFileSync(path(), `\0\0\0\0\n{"seq":2}\nnull\n\n[]\n${'x'.repeat(10_000)}\n`)
    add(journal, 3)
    assert.deepEqual(await seqsOf(journal), [3, 1])
  })

  it('finds events by name, kind and time, a page at a time', async () => {
    const journal = open()
    for (let seq = 1; seq <= 10; seq++) {
      const time = new Date(seq * 1000).toISOString()
      journal.add(processEvent(seq % 2 === 0 ? 'oven' : 'press', { seq, time }))
    }
    const first = await journal.read({ ...ALL, name: 'oven', limit: 2 })
    assert.deepEqual([first.events.map(({ seq }) => seq), first.next], [[10, 8], 8])
    const second = await journal.read({ ...ALL, name: 'oven', limit: 3, before: 8 })
    assert.deepEqual([second.events.map(({ seq }) => seq), second.next], [[6, 4, 2], null])
    assert.deepEqual(await seqsOf(journal, { from: 9000 }), [10, 9])
    assert.deepEqual(await seqsOf(journal, { kind: 'link' }), [])
    assert.deepEqual(await seqsOf(journal, { name: 'nobody' }), [])
  })

  it('holds the last ten thousand in files that do not grow, over a restart in between', async () => {
    let journal = open()
    let seq = 0
    for (let part = 0; part < 25; part++) {
      for (let index = 0; index < 1000; index++) journal.add(event(++seq))
      await journal.settled()
      if (part % 10 === 5) journal = open()
    }
    const seqs: number[] = []
    for (let before: number | undefined; ; ) {
      const page = await journal.read({ ...ALL, before })
      seqs.push(...page.events.map((one) => one.seq))
      if (page.next === null) break
      before = page.next
    }
    assert.deepEqual(
      seqs,
      Array.from({ length: JOURNAL_MAX }, (_, index) => seq - index),
    )
    const lines = [path(), `${path()}.1`].map((file) => readFileSync(file, 'utf8').split('\n').length - 1)
    assert.ok(
      lines.every((count) => count <= JOURNAL_MAX),
      String(lines),
    )
  })

  it('keeps no more of an event than it needs', async () => {
    const journal = open()
    const long = 'x'.repeat(100_000)
    journal.add(processEvent('oven', { log: [long], last_error: long, reason: long }))
    await journal.settled()
    assert.ok(statSync(path()).size < 5000)
  })

  it('waits for a disk that takes nothing, says so once, and goes on when it does', async () => {
    const journal = open()
    mkdirSync(path())
    for (const seq of [1, 2, 3]) {
      add(journal, seq)
      await journal.settled()
    }
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /the journal of events could not be written: .*EISDIR/)
    assert.deepEqual(await seqsOf(journal), [3, 2, 1])
    rmSync(path(), { recursive: true })
    add(journal, 4)
    await journal.settled()
    assert.deepEqual(await seqsOf(open()), [4, 3, 2, 1])
  })

  it('is one journal for several supervisors', () => {
    const page = (...seqs: number[]) => ({ events: seqs.map((seq) => event(seq)), next: null })
    const merged = mergePages([page(9, 5, 1), page(8, 7)], 3)
    assert.deepEqual([merged.events.map(({ seq }) => seq), merged.next], [[9, 8, 7], 7])
    assert.equal(mergePages([page(2), page(1)], 3).next, null)
  })
})
