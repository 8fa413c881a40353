// The metrics, read by a real server that takes the text format of Prometheus: every series arrives, whatever a reader is called.

import assert from 'node:assert/strict'
import { type Metered, metricsText } from '../../nodes/collector-supervisor/api/metrics'
import { InfluxServer } from '../support/influx-servers'
import { processRow } from '../support/process-row'
import { processorStatus } from '../support/processor-status'
import { until } from '../support/until'

const NAMES = [
  'oven',
  'quote "it"',
  'back\\slash',
  'line\nbreak',
  '\\n',
  '炉子 1 🙂',
  'a,b="c"} 1',
  '../%2F',
  'tab\tand\rreturn',
  '{}',
]

type Series = { metric: Record<string, string>; values: number[] }

describe('the metrics, in VictoriaMetrics', function () {
  this.timeout(60_000)
  let server: InfluxServer | undefined
  before(async function () {
    server = await InfluxServer.victoriaMetrics(this)
  })
  after(() => server?.dispose())

  it('are as many series as were written, with the names and values that were meant', async () => {
    const metered: Metered = {
      rows: NAMES.map((name, index) => processRow(name, { samples_total: 9_007_199_254_740 + index })),
      processors: { 'Line "A" 线': processorStatus({ queue_dead: 3 }) },
      eventLoop: { activeMs: 1, idleMs: 123_456.789 },
      monitors: 1,
    }
    const text = metricsText(metered)
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const url = server?.url ?? ''
    await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body: text })
    let series: Series[] = []
    await until(async () => {
      await fetch(`${url}/internal/force_flush`)
      const response = await fetch(`${url}/api/v1/export?${new URLSearchParams({ 'match[]': '{__name__=~".+"}' })}`)
      series = (await response.text()).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
      return series.length >= samples.length
    }, 20_000)
    assert.equal(series.length, samples.length)
    const lastOf = (wanted: Record<string, string>): number | undefined =>
      series.find(({ metric }) => Object.entries(wanted).every(([label, value]) => metric[label] === value))?.values[0]
    for (const [index, name] of NAMES.entries()) {
      assert.equal(lastOf({ __name__: 'collectors_reader_samples_total', name }), 9_007_199_254_740 + index)
    }
    const dead = { __name__: 'collectors_historian_queue_samples', supervisor: 'Line "A" 线', state: 'dead' }
    assert.equal(lastOf(dead), 3)
  })
})
