// The process of a collector: its configuration understood, its parts put together.

import { systemClock } from '../child/clock'
import type { Control } from '../child/control'
import { type Order, runChild, type Work } from '../child/main'
import type { Configure, Inspect } from '../contract/control'
import { Fault, toFault } from '../contract/fault'
import { describeProblems } from '../contract/fields'
import { refusalOf } from '../contract/refusal'
import { Collector } from './collector'
import { Inspection } from './inspection'
import type { ReaderFactory, ReaderSettings } from './reader'
import { openDurableQueue, openLiveQueue } from './sink'

/** From here on the process belongs to the collector, which also ends it. */
export function runCollector<Config extends ReaderSettings>(
  factory: ReaderFactory<Config>,
  options: { configureMs?: number } = {},
): void {
  runChild((configure, control) => collectorOf(factory, configure, control), {
    ...options,
    inspect: (inspect, control) => inspectionOf(factory, inspect, control),
  })
}

function inspectionOf<Config extends ReaderSettings>(
  factory: ReaderFactory<Config>,
  { config, folder }: Inspect,
  control: Control,
): Work {
  const parsed = (factory.parseUntagged ?? factory.parse)(config)
  if (!parsed.ok) throw new Fault('config', 'configuration', describeProblems(parsed.problems))
  const settings = parsed.value
  const log = control.log.bind(control)
  return new Inspection({
    create: () => factory.create(settings, log, folder),
    settings,
    clock: systemClock,
    ready: () => control.ready(),
    answer: (id, data) => control.result(id, true, data),
    refuse: (id, fault) => control.result(id, false, refusalOf(fault)),
  })
}

function collectorOf<Config extends ReaderSettings>(
  factory: ReaderFactory<Config>,
  configure: Configure,
  control: Control,
): Work {
  const parsed = factory.parse(configure.config)
  if (!parsed.ok) throw new Fault('config', 'configuration', describeProblems(parsed.problems))
  const settings = parsed.value
  const log = control.log.bind(control)
  const collector = new Collector({
    configure,
    settings,
    type: factory.type,
    create: () => factory.create(settings, log, configure.folder),
    control,
    openLive: openLiveQueue,
    openDurable: openDurableQueue,
    clock: systemClock,
    chance: Math.random,
  })
  return {
    run: () => collector.run(),
    stop: (closeMs) => collector.stop(closeMs),
    obey: (order) => obey(collector, control, order),
  }
}

function obey(collector: Collector, control: Control, order: Order): void {
  switch (order.type) {
    case 'live':
      collector.live(order.live)
      break
    case 'durable':
      collector.durable(order.durable)
      break
    case 'retry':
      collector.retry()
      break
    case 'read-now':
      collector.readNow().then(
        (answer) => control.result(order.id, true, answer),
        (thrown) => control.result(order.id, false, refusalOf(toFault(thrown))),
      )
      break
    case 'query':
      control.result(order.id, false, 'a collector that reads answers no questions: an inspection does')
      break
    case 'distrust':
    case 'queue-judged':
    case 'cancel':
      // For a historian; a reading takes one cycle and ends by itself.
      break
    default:
      order satisfies never
  }
}
