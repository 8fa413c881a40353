import assert from 'node:assert/strict'
import { type Metered, metricsText } from '../../../../nodes/collector-supervisor/api/metrics'
import { mountRoutes } from '../../../../nodes/collector-supervisor/api/routes'
import { AdminServer } from '../../../support/admin-server'
import { FakeFleet } from '../../../support/fake-fleet'
import { processRow } from '../../../support/process-row'
import { processorStatus } from '../../../support/processor-status'

const quiet: Metered = { rows: [], processors: {}, eventLoop: { activeMs: 1500, idleMs: 2250 }, monitors: 0 }
const linesOf = (metered: Partial<Metered>): string[] => metricsText({ ...quiet, ...metered }).split('\n')
const OVEN = 'name="oven",type="modbus",supervisor="Line A"'

describe('The metrics', () => {
  const table: [string, Parameters<typeof processRow>[1], string[]][] = [
    [
      'a process that runs',
      {},
      [
        `collectors_process_up{${OVEN}} 1`,
        `collectors_process_status{${OVEN},status="running"} 1`,
        `collectors_process_status{${OVEN},status="stopped"} 0`,
        `collectors_process_link{${OVEN},link="connected"} 1`,
        `collectors_process_link{${OVEN},link="degraded"} 0`,
        `collectors_process_start_time_seconds{${OVEN}} 1700000000`,
      ],
    ],
    [
      'a process that waits for its restart',
      { status: 'crashed', link: 'disconnected', start_time: null, restart_count: 4, forced_kills: 2 },
      [
        `collectors_process_up{${OVEN}} 0`,
        `collectors_process_status{${OVEN},status="crashed"} 1`,
        `collectors_process_status{${OVEN},status="running"} 0`,
        `collectors_process_link{${OVEN},link="disconnected"} 1`,
        `collectors_process_restarts_total{${OVEN}} 4`,
        `collectors_process_forced_kills_total{${OVEN}} 2`,
      ],
    ],
    [
      'CPU and memory in base units',
      { cpu_percent: 12.5, memory_mb: 40.5 },
      [`collectors_process_cpu_ratio{${OVEN}} 0.125`, `collectors_process_resident_memory_bytes{${OVEN}} 42467328`],
    ],
    [
      'tags and samples',
      { tags: { total: 9, good: 7, bad: 2 }, samples_total: 123_456_789, dropped: 5 },
      [
        `collectors_reader_tags{${OVEN},quality="good"} 7`,
        `collectors_reader_tags{${OVEN},quality="bad"} 2`,
        `collectors_reader_tags_configured{${OVEN}} 9`,
        `collectors_reader_samples_total{${OVEN}} 123456789`,
        `collectors_reader_dropped_samples_total{${OVEN}} 5`,
      ],
    ],
    [
      'cycles in seconds',
      { cycle_ms: { last: 4, p50: 4.5, p99: 90, max: 1200 }, overruns: 3 },
      [
        `collectors_reader_cycle_duration_seconds{${OVEN},quantile="0.5"} 0.0045`,
        `collectors_reader_cycle_duration_seconds{${OVEN},quantile="0.99"} 0.09`,
        `collectors_reader_cycle_duration_seconds{${OVEN},quantile="1"} 1.2`,
        `collectors_reader_overruns_total{${OVEN}} 3`,
      ],
    ],
  ]
  for (const [what, differences, expected] of table) {
    it(`tell of ${what}`, () => {
      const lines = linesOf({ rows: [processRow('oven', differences)] })
      for (const line of expected) assert.ok(lines.includes(line), `${line}\nis not in\n${lines.join('\n')}`)
    })
  }

  it('leave out the start of what does not run', () => {
    const lines = linesOf({ rows: [processRow('oven', { start_time: null })] })
    assert.ok(!lines.some((line) => line.includes('start_time')))
  })

  it('tell of the way into the database, by supervisor', () => {
    const status = processorStatus({ queue_pending: 1, queue_retry: 2, queue_dead: 3, processed_total: 4, dropped: 5 })
    const lines = linesOf({ processors: { 'Line A': status } })
    for (const line of [
      'collectors_historian_workers{supervisor="Line A"} 1',
      'collectors_historian_queue_samples{supervisor="Line A",state="pending"} 1',
      'collectors_historian_queue_samples{supervisor="Line A",state="retry"} 2',
      'collectors_historian_queue_samples{supervisor="Line A",state="dead"} 3',
      'collectors_historian_processed_samples_total{supervisor="Line A"} 4',
      'collectors_historian_dropped_samples_total{supervisor="Line A"} 5',
    ])
      assert.ok(lines.includes(line), line)
  })

  it('tell of Node-RED itself, also where there is no process', () => {
    assert.equal(
      metricsText({ ...quiet, monitors: 3 }),
      `# HELP collectors_event_loop_seconds_total What the event loop of Node-RED's main thread did with its time.
# TYPE collectors_event_loop_seconds_total counter
collectors_event_loop_seconds_total{state="active"} 1.5
collectors_event_loop_seconds_total{state="idle"} 2.25
# HELP collectors_monitors Monitors that are connected by WebSocket or server-sent events.
# TYPE collectors_monitors gauge
collectors_monitors 3
`,
    )
  })

  const names: [string, string][] = [
    ['quote "it"', 'quote \\"it\\"'],
    ['back\\slash', 'back\\\\slash'],
    ['line\nbreak', 'line\\nbreak'],
    ['\\n', '\\\\n'],
    ['炉子 1 🙂', '炉子 1 🙂'],
    ['a,b="c"} 1', 'a,b=\\"c\\"} 1'],
    ['a/b/../%2F', 'a/b/../%2F'],
    ['tab\tand\rreturn', 'tab\tand\rreturn'],
  ]
  for (const [name, written] of names) {
    it(`escape the name ${JSON.stringify(name)}`, () => {
      const text = metricsText({ ...quiet, rows: [processRow(name)] })
      assert.ok(text.includes(`collectors_process_up{name="${written}",type="modbus",supervisor="Line A"} 1\n`), text)
    })
  }

  it('have each name once, with help and type before all of its samples, in the grammar of the format', () => {
    const rows = ['oven', 'press'].map((name) => processRow(name))
    const processors = { 'Line A': processorStatus(), 'Line B': processorStatus() }
    const text = metricsText({ ...quiet, rows, processors })
    assert.ok(text.endsWith('\n'))
    const seen = new Set<string>()
    let current = { name: '', type: '' }
    const series = new Set<string>()
    for (const line of text.trimEnd().split('\n')) {
      const help = /^# HELP ([a-z_]+) \S.*\.$/.exec(line)
      const type = /^# TYPE ([a-z_]+) (counter|gauge|summary)$/.exec(line)
      if (help?.[1]) {
        assert.ok(!seen.has(help[1]), `${help[1]} comes twice`)
        seen.add(help[1])
        current = { name: help[1], type: '' }
      } else if (type?.[1]) {
        assert.equal(type[1], current.name)
        current.type = type[2] ?? ''
        assert.equal(
          current.type === 'counter',
          current.name.endsWith('_total'),
          `${current.name} is a ${current.type}`,
        )
      } else {
        const [, name, labels = ''] =
          /^([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? -?[\d.e+]+$/.exec(line) ?? assert.fail(line)
        assert.equal(name, current.name)
        assert.ok(!series.has(`${name}${labels}`), `${line} comes twice`)
        series.add(`${name}${labels}`)
      }
    }
    assert.ok(seen.size >= 18)
  })

  it('are served as text, to those who may read', async () => {
    const server = new AdminServer()
    mountRoutes(server.red(), new FakeFleet(processRow('oven')))
    await server.open()
    try {
      const { status, headers, text } = await server.ask('GET', '/collectors/metrics')
      assert.equal(status, 200)
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      assert.match(text, /^collectors_process_up\{name="oven",.*\} 1$/m)
      const [, active] = /^collectors_event_loop_seconds_total\{state="active"\} (.*)$/m.exec(text) ?? assert.fail(text)
      assert.ok(Number(active) > 0)
    } finally {
      await server.close()
    }
  })
})
