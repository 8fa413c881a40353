// The journal of a Node-RED that is started again after somebody, or something, has damaged the file: what can be read is there, what
// cannot is told, the damaged file is kept, and no number comes twice.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessEvent } from '../../lib/contract/process-event'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, SUPERVISOR, supervisorNode } from '../support/flows'
import { journalOf, noticesIn } from '../support/journal'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

/** `lost`: so many events at most. */
type Harm = { title: string; harm(path: string): void; lost: number; keeps: boolean; says: RegExp }

const harms: Harm[] = [
  { title: 'a flipped bit', harm: flipBit, lost: 1, keeps: true, says: /^1 line of the journal/ },
  { title: 'a block of zeros in its midst', harm: zeroBlock, lost: 4, keeps: true, says: /lines? of the journal/ },
  { title: 'zeros only', harm: zeroAll, lost: Infinity, keeps: true, says: /^1 line of the journal/ },
  { title: 'nothing in it', harm: (path) => truncateSync(path), lost: Infinity, keeps: false, says: /was emptied/ },
  { title: 'no file', harm: (path) => rmSync(path), lost: Infinity, keeps: false, says: /is gone/ },
]

function flipBit(path: string): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf('"reason"', Math.floor(bytes.length / 2)) + 12
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

function zeroBlock(path: string): void {
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 512))
}

function zeroAll(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0))
}

describe('a journal with', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed
  /** All events ever, by number. */
  const known = new Map<number, ProcessEvent>()

  before(async () => {
    device = await ModbusDevice.start()
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    await start()
    for (let times = 0; times < 3; times++) await nodeRed.command('press/restart')
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  const folder = () => join(userDir, 'collectors', SUPERVISOR)
  const asides = () => readdirSync(folder()).filter((name) => name.startsWith('journal.jsonl.corrupt-'))
  async function start(): Promise<void> {
    nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), readerNode('press', device.port)), userDir })
    await nodeRed.rowWhen('press', ({ health }) => health === 'well')
  }

  for (const { title, harm, lost, keeps, says } of harms) {
    it(`${title} says what is lost, keeps the damaged file, and goes on with higher numbers`, async () => {
      const before = await journalOf(nodeRed)
      for (const event of before) known.set(event.seq, event)
      await nodeRed.stop()
      const kept = asides().length
      harm(join(folder(), 'journal.jsonl'))
      const damaged = keeps ? readFileSync(join(folder(), 'journal.jsonl')) : undefined
      await start()
      const highest = Math.max(...known.keys())
      const isNew = ({ seq, code }: { seq: number; code: string }): boolean =>
        code === 'journal-damaged' && seq > highest
      await until(async () => (await noticesIn(nodeRed)).some(isNew))
      const notice = (await noticesIn(nodeRed)).find(isNew) ?? assert.fail()
      assert.match(notice.reason, says)
      assert.ok(nodeRed.output.includes(notice.reason), 'not in the log')
      assert.equal(asides().length, kept + (keeps ? 1 : 0))
      if (damaged) {
        const path = join(folder(), asides().sort().at(-1) ?? '')
        assert.ok(notice.reason.includes(path), notice.reason)
        assert.deepEqual(readFileSync(path), damaged)
      }
      const after = await journalOf(nodeRed)
      const missing = before.filter(({ seq }) => !after.some((event) => event.seq === seq))
      assert.ok(missing.length <= lost, `${missing.length} events are lost`)
      for (const event of after) assert.deepEqual(event, known.get(event.seq) ?? event, 'another event has its number')
    })
  }

  it('no more damage says nothing', async () => {
    const before = (await noticesIn(nodeRed)).length
    await nodeRed.stop()
    await start()
    assert.equal((await noticesIn(nodeRed)).length, before)
  })
})
