// A process that stands still: long before the watchdog ends it, nothing says that it is well.

import assert from 'node:assert/strict'
import { flowOf } from '../support/flows'
import { journalOf } from '../support/journal'
import { KeptReader } from '../support/kept-reader'
import { NodeRed } from '../support/node-red'
import { until } from '../support/until'

/** 5 s without a heartbeat, which may have come just before, and a look each second; the rest is for busy machines. */
const KNOWN_WITHIN_MS = 9_000

describe('a process that stands still', function () {
  this.timeout(120_000)
  let reader: KeptReader
  let nodeRed: NodeRed

  before(async () => {
    reader = await KeptReader.start('press')
    // Of the slow one no reading is missed for three minutes.
    nodeRed = await NodeRed.start({ flows: flowOf(...reader.nodes({}, { interval: 60_000 })) })
  })
  after(async () => {
    await nodeRed.dispose()
    await reader.close()
  })

  async function wellIn(metrics: string): Promise<string | undefined> {
    const { body } = await nodeRed.request('GET', '/collectors/metrics')
    return String(body)
      .split('\n')
      .find((line) => line.startsWith('collectors_process_well{') && line.includes(`name="${metrics}"`))
      ?.at(-1)
  }

  for (const name of ['historian press', 'press']) {
    it(`is not well any more, be it ${name === 'press' ? 'a slow reader' : 'a historian'}, and is again when it goes on`, async () => {
      const { pid, generation } = await nodeRed.rowWhen(name, ({ health }) => health === 'well')
      assert.ok(pid !== null)
      const stoppedAt = performance.now()
      process.kill(pid, 'SIGSTOP')
      try {
        const row = await nodeRed.rowWhen(name, ({ health }) => health !== 'well')
        const afterMs = performance.now() - stoppedAt
        assert.ok(afterMs > 2_000 && afterMs < KNOWN_WITHIN_MS, `after ${afterMs} ms`)
        assert.deepEqual([row.status, row.link, row.health, row.pid], ['running', 'degraded', 'impaired', pid])
        assert.equal(row.last_error, 'no heartbeat for more than 5 s')
        assert.equal(await wellIn(name), '0')
        const { body } = await nodeRed.request('GET', '/collectors/processes/stats/summary')
        assert.equal(Object(body).unwell_processes, 1)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      const back = await nodeRed.rowWhen(name, ({ health }) => health === 'well')
      assert.deepEqual([back.generation, back.restart_count, back.last_error], [generation, 0, null])
      assert.equal(await wellIn(name), '1')
      const edges = () => journalOf(nodeRed, `name=${encodeURIComponent(name)}&kind=link&limit=2`)
      await until(async () => Object((await edges())[0]).to === 'connected')
      assert.deepEqual(
        (await edges()).map((event) => event.kind === 'link' && [event.from, event.to]),
        [
          ['degraded', 'connected'],
          ['connected', 'degraded'],
        ],
      )
    })
  }
})
