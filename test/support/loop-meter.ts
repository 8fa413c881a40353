// How long Node-RED's event loop stood still, measured within Node-RED itself: a question over HTTP that is answered late shows less.
// On a busy machine it also stands still while other processes have the processor: what it was held up by itself, at work or waiting
// for a disk, is apart. Its garbage collector's threads may have to wait for the processor, too, and the loop for them: the test's own
// loop, measured at the same time, tells how busy the machine is.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { asNumber, asRecord } from '../../lib/contract/parse'
import type { NodeRed } from './node-red'

const PATH = '/loop-meter'
const RESOLUTION_MS = 5

/** For NodeRedOptions.settings. /proc/self/schedstat: https://docs.kernel.org/scheduler/sched-stats.html */
export const LOOP_METER = `httpAdminMiddleware: (() => {
  const { openSync, readSync } = require('node:fs')
  const meter = require('node:perf_hooks').monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} })
  meter.enable()
  const file = process.platform === 'linux' ? openSync('/proc/self/schedstat') : undefined
  const bytes = Buffer.alloc(100)
  /** For the processor, since the start. */
  const waitedMs = () => {
    if (file === undefined) return 0
    return Number(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)).split(' ')[1]) / 1e6
  }
  let heldUpMs = 0
  let last = { atMs: performance.now(), waitedMs: waitedMs() }
  setInterval(() => {
    const now = { atMs: performance.now(), waitedMs: waitedMs() }
    heldUpMs = Math.max(heldUpMs, now.atMs - last.atMs - (now.waitedMs - last.waitedMs) - ${RESOLUTION_MS})
    last = now
  }, ${RESOLUTION_MS}).unref()
  return (request, response, next) => {
    if (request.path !== '${PATH}') return next()
    response.json({ maxMs: meter.max / 1e6, p99Ms: meter.percentile(99) / 1e6, heldUpMs })
    meter.reset()
    heldUpMs = 0
  }
})()`

export type LoopDelay = {
  maxMs: number
  p99Ms: number
  /** The longest, without the time in which it waited for the processor. */
  heldUpMs: number
}

/** Since it was asked for before. */
export async function loopDelayOf(nodeRed: NodeRed): Promise<LoopDelay> {
  const { status, body } = await nodeRed.request('GET', PATH)
  const record = asRecord(body)
  const [maxMs, p99Ms, heldUpMs] = [record?.maxMs, record?.p99Ms, record?.heldUpMs].map((ms) => asNumber(ms, 0))
  if (maxMs === undefined || p99Ms === undefined || heldUpMs === undefined) {
    throw new Error(`no loop meter: ${status} ${JSON.stringify(body)}`)
  }
  // The meter is a timer: what it measures holds its own interval.
  return { maxMs: Math.max(0, maxMs - RESOLUTION_MS), p99Ms: Math.max(0, p99Ms - RESOLUTION_MS), heldUpMs }
}

/** Of the test itself. */
export class OwnLoop {
  readonly #meter = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  constructor() {
    this.#meter.enable()
  }

  /** How late it ever was, ms. Ends the measurement. */
  end(): number {
    this.#meter.disable()
    return Math.max(0, this.#meter.max / 1e6 - RESOLUTION_MS)
  }
}
