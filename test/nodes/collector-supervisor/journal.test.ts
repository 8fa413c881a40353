// The journal, in real files: over restarts, cut and damaged lines, disks that take nothing, and more events than it keeps.

import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Link } from '../../../lib/contract/lifecycle'
import type { LinkEvent } from '../../../lib/contract/process-event'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { type Damage, Journal } from '../../../nodes/collector-supervisor/journal'
import { JOURNAL_MAX, type JournalQuery, mergePages } from '../../../nodes/collector-supervisor/journal-page'
import { processEvent } from '../../support/process-row'
import { temporaryFolder } from '../../support/temporary-folder'

const ALL: JournalQuery = { name: undefined, kind: undefined, from: undefined, before: undefined, limit: 1000 }

describe('the journal', () => {
  const folder = temporaryFolder()
  const files = new FileWriter()
  let warnings: string[]
  let damages: Damage[]
  let journals: Journal[]
  beforeEach(() => {
    warnings = []
    damages = []
    journals = []
  })
  afterEach(async () => {
    for (const journal of journals) {
      journal.close()
      await journal.settled()
    }
    await files.settled(5_000)
  })

  const path = () => join(folder(), 'journal.jsonl')
  const open = () => {
    const journal = new Journal({
      path: path(),
      files,
      warn: (text) => warnings.push(text),
      damaged: (damage) => damages.push(damage),
    })
    journals.push(journal)
    return journal
  }
  /** A journal of these events, written by a Node-RED that has ended in order. */
  const write = async (...seqs: number[]): Promise<Buffer> => {
    const journal = open()
    await journal.begin()
    add(journal, ...seqs)
    journal.end()
    await journal.settled()
    journal.close()
    await files.settled(5_000)
    return readFileSync(path())
  }
  const asides = () => readdirSync(folder()).filter((name) => name.includes('.corrupt-'))
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
      const { isTorn } = await journal.begin()
      assert.equal(isTorn, end > start)
      add(journal, 4, 5)
      await journal.settled()
      assert.deepEqual(await seqsOf(open()), [5, 4, 2, 1], `cut at ${end}`)
      assert.equal((await open().begin()).isTorn, false, 'told once')
      writeFileSync(path(), content)
    }
    assert.deepEqual([damages, asides()], [[], []], 'which is no damage')
  })

  it('leaves out what is no event', async () => {
    const journal = open()
    add(journal, 1)
    await journal.settled()
    appendFileSync(path(), `\0\0\0\0\n{"seq":2}\nnull\n\n[]\n${'x'.repeat(10_000)}\n`)
    add(journal, 3)
    assert.deepEqual(await seqsOf(journal), [3, 1])
    await journal.settled()
    assert.deepEqual(
      damages.map(({ lines }) => lines),
      [5],
    )
    assert.deepEqual(await seqsOf(journal), [3, 1])
    assert.equal(damages.length, 1, 'told once')
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
    const lines = [path(), `${path()}.1`].map((file) => linesOf(readFileSync(file, 'utf8')).length)
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

  it('loses no more than the line in which a byte is damaged, which is told, with a copy of the file', async function () {
    this.timeout(60_000)
    const content = await write(1, 2, 3)
    for (let at = 0; at < content.length; at += 2) {
      damages = []
      for (const name of readdirSync(folder())) rmSync(join(folder(), name))
      const damaged = Buffer.from(content)
      damaged[at] = (damaged[at] ?? 0) ^ 0x04
      writeFileSync(path(), damaged)
      const journal = open()
      await journal.begin()
      const { events } = await journal.read(ALL)
      const [{ lines, kept } = { lines: 0, kept: [] }] = damages
      if (lines === 0) assert.equal(events.length, 3, `byte ${at}`)
      else assert.deepEqual(readFileSync(kept[0] ?? ''), damaged, `byte ${at}`)
      assert.ok(events.length >= 2, `byte ${at}`)
      // A line that was split is two that cannot be read.
      assert.ok(lines !== undefined && lines <= 2, `byte ${at}`)
      for (const one of events) assert.deepEqual(one, event(one.seq), `byte ${at}`)
      const again = open()
      await again.begin()
      assert.equal(damages.length, lines === 0 ? 0 : 1, 'told once')
      for (const one of [journal, again]) {
        one.close()
        await one.settled()
      }
    }
  })

  it('never gives a number twice, however much of it is damaged, emptied or gone', async () => {
    const harms: [title: string, harm: () => void][] = [
      ['zeroed', () => writeFileSync(path(), Buffer.alloc(statSync(path()).size))],
      ['emptied', () => truncateSync(path())],
      ['gone', () => rmSync(path())],
      ['its end zeroed', () => writeFileSync(path(), readFileSync(path()).fill(0, 2000))],
      ['made of garbage', () => writeFileSync(path(), 'garbage!\n'.repeat(20_000))],
    ]
    for (const [title, harm] of harms) {
      damages = []
      for (const name of readdirSync(folder())) rmSync(join(folder(), name))
      const seqs = Array.from({ length: 200 }, (_, index) => 5000 + index)
      await write(...seqs)
      harm()
      const journal = open()
      assert.ok(journal.lastSeq() >= 5199, `${title}: ${journal.lastSeq()}`)
      await journal.begin()
      await journal.settled()
      assert.equal(damages.length, 1, title)
      assert.equal(asides().length, title === 'emptied' || title === 'gone' ? 0 : 1, title)
    }
  })

  it('goes on with the next number where it is intact', async () => {
    await write(1, 2, 3)
    assert.equal(open().lastSeq(), 3)
    assert.deepEqual(damages, [])
  })

  it('reads what earlier versions have written, without checksums', async () => {
    writeFileSync(path(), [1, 2].map((seq) => `${JSON.stringify(event(seq))}\n`).join(''))
    const journal = open()
    assert.equal(journal.lastSeq(), 2)
    const { end } = await journal.begin()
    assert.equal(end, 'unknown')
    add(journal, 3)
    assert.deepEqual(await seqsOf(journal), [3, 2, 1])
    assert.deepEqual(damages, [])
  })

  const ends: [title: string, how: (journal: Journal) => void, end: string][] = [
    ['in order', (journal) => journal.end(), 'in-order'],
    ['in order, and went on after all', (journal) => [journal.end(), add(journal, 9)], 'killed'],
    ['by a kill', () => {}, 'killed'],
    ['by an exception', (journal) => journal.writeNow(), 'exit'],
  ]
  for (const [title, how, end] of ends) {
    it(`knows that Node-RED ended ${title}, and when it was last there`, async () => {
      const journal = open()
      await journal.begin()
      add(journal, 1)
      await journal.settled()
      how(journal)
      await journal.settled()
      journal.close()
      utimesSync(path(), 1_700_000_000, 1_700_000_000)
      const legacy = await open().begin()
      assert.deepEqual([legacy.end, legacy.lastSignOfLife.getTime()], [end, 1_700_000_000_000])
    })
  }

  it('knows nothing of an end where there was no beginning', async () => {
    assert.equal((await open().begin()).end, 'unknown')
  })

  it('knows nothing of an end that is damaged, zeroed or gone', async () => {
    const content = await write(1, 2, 3)
    const lastLine = content.lastIndexOf('"mark":"end"')
    const harms: Buffer[] = [
      Buffer.from(content).fill('x', lastLine, lastLine + 4),
      Buffer.alloc(content.length),
      Buffer.alloc(0),
    ]
    for (const harmed of harms) {
      writeFileSync(`${path()}.1`, content)
      writeFileSync(path(), harmed)
      damages = []
      assert.equal((await open().begin()).end, 'unknown')
      assert.equal(damages.length, 1)
    }
  })

  it('knows what is not in order, from before and from now', async () => {
    const link = (seq: number, from: Link, to: Link): LinkEvent => {
      const { reason, supervisor, generation, time } = event(seq)
      return {
        kind: 'link',
        name: 'oven',
        seq,
        reason,
        supervisor,
        generation,
        time,
        since: time,
        lasted_s: 1,
        from,
        to,
      }
    }
    const before = open()
    before.add(link(1, 'connected', 'disconnected'))
    await before.settled()
    const after = open()
    const { outages } = await after.begin()
    assert.equal(outages.of('oven')?.link?.state, 'disconnected')
    after.add(link(2, 'disconnected', 'connected'))
    assert.equal(outages.of('oven')?.link, undefined)
  })

  it('is one journal for several supervisors', () => {
    const page = (...seqs: number[]) => ({ events: seqs.map((seq) => event(seq)), next: null })
    const merged = mergePages([page(9, 5, 1), page(8, 7)], 3)
    assert.deepEqual([merged.events.map(({ seq }) => seq), merged.next], [[9, 8, 7], 7])
    assert.equal(mergePages([page(2), page(1)], 3).next, null)
  })
})

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
