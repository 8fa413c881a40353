// What happened to a supervisor and its processes: told to the fleet as events, kept in the journal over restarts of Node-RED, and what
// concerns the supervisor as a whole in Node-RED's log.

import { join } from 'node:path'
import type { NoticeCode } from '../../lib/contract/process-event'
import type { FileWriter } from './file-writer'
import { type Damage, Journal } from './journal'
import { LAST_WRITES_MS, untilWritten } from './last-writes'
import { describeDamage, describeEnd } from './notices'
import type { OperatorLog } from './operator-log'
import type { OutageBook, Outages } from './outages'
import type { SupervisedProcess } from './supervised-process'
import type { FleetSide } from './supervisor'
import type { EdgeNews, Refusal, Transition } from './surroundings'

type Parts = {
  /** Of the supervisor. */
  folder: string
  files: FileWriter
  log: OperatorLog
  fleet: Pick<FleetSide, 'transition' | 'edge' | 'refused' | 'notice' | 'eventsKnown'>
  /** Of the supervisor. */
  name(): string
}

export class Chronicle {
  readonly journal: Journal
  readonly #parts: Parts
  readonly #looked: Promise<void>
  #outages: OutageBook | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.journal = new Journal({
      path: join(parts.folder, 'journal.jsonl'),
      files: parts.files,
      warn: (text) => parts.log.warn(text),
      damaged: (damage) => this.#onDamage(damage),
    })
    parts.fleet.eventsKnown(this.journal.lastSeq())
    this.#looked = this.#lookBack()
  }

  /** The journal of earlier runs has been read, or the disk takes long: outages are told from now on then. */
  looked(): Promise<void> {
    return untilWritten(this.#looked, LAST_WRITES_MS)
  }

  /** What was not in order with this process when Node-RED last ended. */
  outagesOf(name: string): Outages | undefined {
    return this.#outages?.of(name)
  }

  transition(transition: Transition): void {
    const { fleet, name } = this.#parts
    this.journal.add(fleet.transition(transition, name()))
  }

  edge(news: EdgeNews): void {
    const { fleet, log, name } = this.#parts
    this.journal.add(fleet.edge(news, name()))
    const { row, edge, reason } = news
    if (edge.kind === 'link')
      log.info(edge.to === 'connected' ? `${row.name}: ${reason}` : `${row.name}: ${edge.to}: ${reason}`)
  }

  refused(refusal: Refusal): void {
    const { fleet, name } = this.#parts
    this.journal.add(fleet.refused(refusal, name()))
  }

  /** Of a process, to be seen in its row, too; or of the supervisor as a whole. */
  notice(
    code: NoticeCode,
    text: string,
    { process, since }: { process?: SupervisedProcess | undefined; since?: Date } = {},
  ): void {
    const { fleet, name } = this.#parts
    process?.notice(text)
    const subject = process
      ? { name: process.spec.name, generation: process.machine.generation }
      : { name: name(), generation: 0 }
    this.journal.add(fleet.notice({ code, text, since, ...subject }, name()))
  }

  #onDamage(damage: Damage): void {
    const text = describeDamage(damage)
    this.#parts.log.warn(text)
    this.notice('journal-damaged', text)
  }

  async #lookBack(): Promise<void> {
    const { log } = this.#parts
    const legacy = await this.journal.begin()
    this.#outages = legacy.outages
    if (legacy.isTorn) log.warn('the last event in the journal was cut off when Node-RED ended, and is left out')
    const text = describeEnd(legacy)
    if (text === undefined) return
    log.warn(text)
    this.notice('ended-without-shutdown', text, { since: legacy.lastSignOfLife })
  }
}
