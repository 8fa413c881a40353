// A witness whose readings are also kept: by a supervisor of its own, with its own queue to the database and its own
// historian. What was read is held against what was counted on the way, and against what the history answers.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { supervisorNode } from './flows'
import type { FlowNode, NodeRed } from './node-red'
import { Witness } from './witness'

const POLL_MS = 50
/** Its queue is replaced at most every 5 s, and a historian may rest as long; the rest is for busy machines. */
const RECOVERY_MS = 40_000

export const QUEUE_FILE = join('queue', 'durable.queue')
export const HISTORY_FILE = 'history.db'

export class KeptReader {
  readonly witness: Witness

  private constructor(witness: Witness) {
    this.witness = witness
  }

  /** `name` is that of the reader and its supervisor. */
  static async start(name: string, intervalMs = 50): Promise<KeptReader> {
    return new KeptReader(await Witness.start(name, intervalMs))
  }

  get name(): string {
    return this.witness.name
  }
  get historian(): string {
    return `historian ${this.name}`
  }
  get supervisor(): string {
    return `supervisor-${this.name}`
  }

  /** The supervisor first, then the reader's. */
  nodes(supervisor: Record<string, unknown> = {}, reader: Record<string, unknown> = {}): FlowNode[] {
    const { name, supervisor: id } = this
    return [
      supervisorNode({ id, name, historian: 'embedded', flushInterval: 0.1, ...supervisor }),
      ...this.witness.nodes({ supervisor: id, ...reader }),
    ]
  }

  /** Where its supervisor keeps its files, as seen by Node-RED. */
  folder(nodeRed: NodeRed): string {
    return join(nodeRed.userDir, 'collectors', this.supervisor)
  }

  /** Names of the files in it that were set aside, logs apart. */
  setAside(nodeRed: NodeRed, file: string): string[] {
    const path = join(this.folder(nodeRed), file)
    return readdirSync(dirname(path)).filter(
      (name) => name.startsWith(`${basename(path)}.corrupt-`) && !name.endsWith('-wal'),
    )
  }

  async processor(nodeRed: NodeRed): Promise<ProcessorStatus> {
    const status = (await processorsOf(nodeRed))[this.name]
    assert.ok(status, `there is no way into the database of ${this.name}`)
    return status
  }

  async processorWhen(
    nodeRed: NodeRed,
    wanted: (status: ProcessorStatus) => boolean,
    timeoutMs = RECOVERY_MS,
  ): Promise<ProcessorStatus> {
    const deadline = performance.now() + timeoutMs
    let last: ProcessorStatus | undefined
    while (performance.now() < deadline) {
      last = (await processorsOf(nodeRed))[this.name]
      if (last && wanted(last)) return last
      await delay(POLL_MS)
    }
    const words = `the way into the database of ${this.name} did not become what was wanted`
    throw new Error(`${words}; it is ${JSON.stringify(last)}\n${nodeRed.output.slice(-800)}`)
  }

  /** Waits until more samples are written. */
  async moreWritten(nodeRed: NodeRed, count = 10): Promise<ProcessorStatus> {
    const { processed_total: before } = await this.processor(nodeRed)
    return this.processorWhen(nodeRed, ({ processed_total }) => processed_total >= before + count)
  }

  /** Stops the reader and waits until nothing is on its way any more; `sent` tells what has to arrive by then. */
  async quiet(
    nodeRed: NodeRed,
    sent = ({ samples_total }: ProcessRow): number => samples_total,
  ): Promise<{ produced: number; status: ProcessorStatus; row: ProcessRow }> {
    await nodeRed.command(`${this.name}/stop`)
    const row = await nodeRed.rowWhen(this.name, ({ status }) => status === 'stopped')
    const produced = sent(row)
    const isThere = ({ queue_pending, queue_retry, ...status }: ProcessorStatus): boolean =>
      queue_pending === 0 && queue_retry === 0 && sumOf({ queue_pending, queue_retry, ...status }) >= produced
    return { produced, status: await this.processorWhen(nodeRed, isThere), row }
  }

  /** What has become of all that was read is known, to the sample. `foreign`: what else was put into the queue. */
  async assertBalance(nodeRed: NodeRed, { foreign = 0 } = {}): Promise<ProcessorStatus> {
    const { produced, status } = await this.quiet(nodeRed)
    assert.equal(sumOf(status), produced + foreign, JSON.stringify({ produced, foreign, ...status }))
    return status
  }

  /** The values that the history has, in the order of time; undefined while it cannot be asked. */
  async history(nodeRed: NodeRed): Promise<number[] | undefined> {
    const query = new URLSearchParams({ collector: this.name, from: '0', to: String(Date.now() + 60_000) })
    const { status, body } = await nodeRed.request('GET', `/collectors/history?${query}`)
    if (status !== 200) return undefined
    const series = asRecord(body)?.series
    assert.ok(Array.isArray(series), JSON.stringify(body))
    return series.flatMap((one) => pointsOf(one)).map(([, value]) => Number(value))
  }

  /** The history holds what reached the flow, all of it, once each and in order, but for so many. */
  async assertHistory(nodeRed: NodeRed, { missing = 0 } = {}): Promise<void> {
    const kept = (await this.history(nodeRed)) ?? assert.fail('the history does not answer')
    const seen = this.witness.sequence(nodeRed)
    assert.deepEqual(
      kept,
      [...new Set(kept)].sort((one, other) => one - other),
      'not in order, or twice',
    )
    const there = new Set(kept)
    assert.equal(seen.filter((value) => !there.has(value)).length, missing)
  }

  async close(): Promise<void> {
    await this.witness.close()
  }
}

export async function processorsOf(nodeRed: NodeRed): Promise<Record<string, ProcessorStatus>> {
  const { status, body } = await nodeRed.request('GET', '/collectors/processor')
  assert.equal(status, 200, JSON.stringify(body))
  return body as Record<string, ProcessorStatus>
}

/** What became of all that was sent. */
export function sumOf(status: ProcessorStatus): number {
  const { processed_total, queue_pending, queue_retry, queue_dead, dropped } = status
  return processed_total + queue_pending + queue_retry + queue_dead + dropped
}

function pointsOf(series: unknown): [time: number, value: unknown][] {
  const points = asRecord(series)?.points
  return Array.isArray(points) ? points : []
}

/** Resident memory of a process, MB. */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
