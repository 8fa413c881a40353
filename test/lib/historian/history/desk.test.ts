import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { HistoryQuestion } from '../../../../lib/contract/history-answer'
import { asRecord } from '../../../../lib/contract/parse'
import { HistoryDesk } from '../../../../lib/historian/history/desk'
import { HistoryFile } from '../../../../lib/historian/history/history-file'
import { HistoryWriter } from '../../../../lib/historian/history/history-writer'
import { STEP_VALUES } from '../../../../lib/historian/history/query'
import { temporaryFolder } from '../../../support/temporary-folder'
import { until } from '../../../support/until'
import { query, seconds } from './scratch'

const VALUES = 4 * STEP_VALUES

describe('the desk for questions to the history', () => {
  const folder = temporaryFolder()
  const path = () => join(folder(), 'history.db')

  /** Every step takes longer than a slice, as on a machine that is slow. */
  function desk() {
    const answers = new Map<number, unknown>()
    const refusals = new Map<number, string>()
    let nowMs = 0
    const opened = new HistoryDesk({
      path: path(),
      nowMs: () => {
        nowMs += 100
        return nowMs
      },
      answer: (id, answer) => answers.set(id, answer),
      refuse: (id, reason) => refusals.set(id, reason),
    })
    return { desk: opened, answers, refusals }
  }

  function put(): void {
    const file = HistoryFile.open(path())
    new HistoryWriter(file.database).write(seconds(VALUES))
    file.close()
  }

  const average: HistoryQuestion = { ask: 'series', query: query({ from: 0, to: 1e14, buckets: 1 }), tag: 'a' }

  it('lets others have their turns while it gathers an answer', async () => {
    put()
    const { desk: open, answers } = desk()
    open.ask(1, average)
    let turns = 0
    while (!answers.has(1)) {
      await setImmediate()
      turns++
    }
    assert.ok(turns >= VALUES / STEP_VALUES, `${turns} turns`)
    const [series] = Array.isArray(answers.get(1)) ? [asRecord(Object(answers.get(1))[0])] : []
    const [bucket] = Array.isArray(series?.points) ? series.points : []
    assert.equal(asRecord(bucket)?.count, VALUES)
    await open.close()
  })

  it('answers in the order of the questions', async () => {
    put()
    const { desk: open, answers } = desk()
    for (const id of [7, 3, 5]) open.ask(id, average)
    await until(() => answers.size === 3)
    assert.deepEqual([...answers.keys()], [7, 3, 5])
    await open.close()
  })

  it('gives up what nobody waits for, waiting or begun, and goes on', async () => {
    put()
    const { desk: open, answers, refusals } = desk()
    open.ask(1, average)
    open.ask(2, average)
    open.ask(3, { ask: 'tags', collector: 'press' })
    await setImmediate()
    open.cancel(1)
    open.cancel(2)
    await until(() => answers.has(3))
    assert.deepEqual([...answers.keys()], [3])
    assert.deepEqual([...refusals], [])
    await open.close()
  })

  it('says why there is no answer', async () => {
    const { desk: open, refusals } = desk()
    open.ask(1, average)
    await until(() => refusals.has(1))
    await open.close()
  })
})
