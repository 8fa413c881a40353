// The process of a historian: its configuration understood, its parts put together.

import { systemClock } from '../child/clock'
import type { Control } from '../child/control'
import { Heartbeat } from '../child/heartbeat'
import { LinkReporter } from '../child/link'
import { type Order, runChild, type Work } from '../child/main'
import type { Configure } from '../contract/control'
import { parseDeadLetterQuestion } from '../contract/dead-letters'
import { Fault } from '../contract/fault'
import { type HistorianConfig, parseHistorianConfig } from '../contract/historian-config'
import { parseHistoryQuestion } from '../contract/history-answer'
import { countsOf, type KnownTotals, type QueueCounts } from '../contract/queue-totals'
import { refusalOf } from '../contract/refusal'
import { Queue } from '../queue/queue'
import { DeadLetterDesk } from './dead-letter-desk'
import { DurableLane, type QueueChange } from './durable-lane'
import { Historian } from './historian'
import { HistoryDesk } from './history/desk'
import { HistorySink } from './history/history-sink'
import { Retention } from './history/retention'
import { retentionLimits } from './history/retention-plan'
import { InfluxSink } from './influx-sink'
import { queueWitness } from './queue-witness'
import type { Sink } from './sink'
import { Statistics, timed } from './statistics'

/** A claim waits so long for another process's lock, ms; the historian has time, but it answers questions too. */
const BUSY_TIMEOUT_MS = 250

/** From here on the process belongs to the historian, which also ends it. */
export function runHistorian(): void {
  runChild(historianOf, { inspect: queueWitness })
}

function historianOf(configure: Configure, control: Control): Work {
  const config = parseHistorianConfig(configure.config)
  if (!config) throw new Fault('config', 'configuration', 'the configuration of the historian is malformed')
  const statistics = new Statistics()
  const heartbeat = new Heartbeat(systemClock, configure.heartbeatMs, (latenessMs) =>
    control.heartbeat(statistics.counters(latenessMs)),
  )
  const lane = laneOf(config, configure.known, control)
  const letters = new DeadLetterDesk({
    path: config.queue.path,
    answer: (id, answer) => control.result(id, true, answer),
    refuse: (id, fault) => control.result(id, false, refusalOf(fault)),
  })
  const work = config.sink === 'none' ? keepOnly() : historyWork(config, control, statistics, lane)
  return {
    async run() {
      control.ready()
      heartbeat.start()
      await work.run()
      heartbeat.stop()
      await letters.close()
      lane?.close()
    },
    stop: (closeMs) => work.stop(closeMs),
    obey: (order) => {
      if (order.type === 'distrust') lane?.distrust(order.trouble, 'of another')
      if (order.type === 'queue-judged') lane?.judged(order.damage)
      const question = order.type === 'query' ? parseDeadLetterQuestion(order.query) : undefined
      if (order.type === 'query' && question) letters.ask(order.id, question)
      else work.obey(order)
    },
  }
}

/** The first worker's. */
function laneOf(config: HistorianConfig, known: KnownTotals | undefined, control: Control): DurableLane | undefined {
  if (config.worker !== 1) return undefined
  const listener = {
    changed: ({ trouble, report, replacement, setAside }: QueueChange) =>
      control.queue(trouble, report, replacement, setAside),
    suspected: (reason: string) => control.queueSuspected(reason),
    status: (status: QueueCounts) => control.queueCounts(countsOf(status)),
  }
  return new DurableLane(config.queue, known, listener, systemClock)
}

/** Keeps the queue, and writes nothing. */
function keepOnly(): Work {
  const end = new AbortController()
  return {
    run: () => new Promise((resolve) => end.signal.addEventListener('abort', () => resolve())),
    stop: () => end.abort(),
    obey: () => {},
  }
}

function historyWork(config: Writing, control: Control, statistics: Statistics, lane: DurableLane | undefined): Work {
  const log = control.log.bind(control)
  const link = new LinkReporter(systemClock, (report) => control.link(report))
  const historian = new Historian({
    open: () => Queue.connect(config.queue.path, { busyTimeoutMs: BUSY_TIMEOUT_MS }),
    sink: timed(sinkOf(config, control), statistics.writes, systemClock.nowMs),
    clock: systemClock,
    chance: Math.random,
    batchSize: config.batchSize,
    report: ({ link: state, reason }) => link.report(state, reason),
    log,
    progress: {
      cycle: () => statistics.cycle(),
      delivered: (samples) => statistics.delivered(samples),
      refused: (_samples, causes) => control.refused(causes),
      failed: (reason, queueIsBroken = false) => {
        if (!queueIsBroken) return
        if (lane) lane.distrust(reason, 'own')
        else control.durable(reason, true)
      },
    },
  })
  const retention = retentionOf(config, control)
  const desk = deskOf(config, control)
  return {
    async run() {
      await historian.run()
      link.close()
      retention?.close()
      await desk?.close()
    },
    stop: (closeMs) => historian.stop(closeMs),
    obey: (order) => {
      if (order.type === 'query') ask(desk, control, order)
      if (order.type === 'cancel') desk?.cancel(order.id)
      if (order.type === 'retry') historian.retry()
      if (order.type !== 'durable') return
      historian.reopen()
      control.durable('', false)
    },
  }
}

type Writing = Exclude<HistorianConfig, { sink: 'none' }>

function sinkOf(config: Writing, control: Control): Sink {
  if (config.sink === 'influxdb') return new InfluxSink(config.target, systemClock)
  const { path, retentionDays: days, retentionMb: megabytes } = config
  const { keptMs } = retentionLimits({ days, megabytes })
  return new HistorySink({ path, keptMs, setAside: (text) => control.historySetAside(text) })
}

/** One for a history: the first worker's. */
function retentionOf(config: Writing, control: Control): Retention | undefined {
  if (config.sink !== 'embedded' || config.worker !== 1) return undefined
  const { path, retentionDays: days, retentionMb: megabytes } = config
  return new Retention({
    path,
    limits: retentionLimits({ days, megabytes }),
    tell: (text) => control.log('warn', text),
    setAside: (text) => control.historySetAside(text),
  })
}

function deskOf(config: Writing, control: Control): HistoryDesk | undefined {
  if (config.sink !== 'embedded') return undefined
  return new HistoryDesk({
    path: config.path,
    nowMs: systemClock.nowMs,
    answer: (id, answer) => control.result(id, true, answer),
    refuse: (id, reason) => control.result(id, false, reason),
  })
}

function ask(desk: HistoryDesk | undefined, control: Control, { id, query }: Order & { type: 'query' }): void {
  const question = parseHistoryQuestion(query)
  if (!question) control.result(id, false, 'the historian does not understand the question')
  else if (!desk) control.result(id, false, 'this historian keeps no history of its own')
  else desk.ask(id, question)
}
