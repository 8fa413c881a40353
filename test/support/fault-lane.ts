// A reader in a real Node-RED and the simulated device that it reads, to which one trouble after the other happens.

import assert from 'node:assert/strict'
import { readerNode } from './flows'
import type { FlowNode, NodeRed, Recorded } from './node-red'
import type { RowWatch } from './row-watch'
import type { SerialPair } from './serial-pair'
import { badTags, type Telltale } from './telltale'
import type { LaneDevice, Trouble } from './trouble'

const INTERVAL_MS = 600
/** Long enough for a busy machine: what it makes late is no trouble of the device. */
export const TIMEOUT_MS = 300
/** A cycle that was under way when the trouble began may still be good; the next one is not. */
const TOLD_WITHIN_CYCLES = 2
/** Seen so long, cycles, before it ends. */
const TROUBLE_CYCLES = 4
/** The same where nothing in particular is expected. */
const NUISANCE_CYCLES = 6
const ODDITY_CYCLES = 10
/** From the reader into the table of processes, and from there to this test, on a busy machine. */
const CYCLES_INTO_TABLE = 6
/** The pauses between attempts grow up to 30 s where a busy machine spoils some. */
const RECOVERY_LIMIT_MS = 60_000

export type LaneParts = {
  device: LaneDevice
  telltale: Telltale
  /** Of the reader's node. */
  properties: Record<string, unknown>
  /** Between device and reader, if it can be unplugged. */
  line?: SerialPair | undefined
}

export class FaultLane {
  readonly name: string
  readonly device: LaneDevice
  readonly line: SerialPair | undefined
  readonly #telltale: Telltale
  readonly #properties: Record<string, unknown>
  #nodeRed: NodeRed | undefined
  #rows: RowWatch | undefined
  /** So many messages have been looked at. */
  #looked = 0
  /** Settles when what has happened to it so far is over. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(name: string, { device, telltale, properties, line }: LaneParts) {
    this.name = name
    this.device = device
    this.line = line
    this.#telltale = telltale
    this.#properties = properties
  }

  readerNode(properties: Record<string, unknown> = {}): FlowNode {
    return readerNode(this.name, this.device.port || 502, {
      interval: INTERVAL_MS,
      timeout: TIMEOUT_MS,
      tags: this.#telltale.tags,
      ...this.#properties,
      ...properties,
    })
  }

  run(nodeRed: NodeRed, rows: RowWatch): void {
    this.#nodeRed = nodeRed
    this.#rows = rows
  }

  /** Does it when all before it is done, however that ended. */
  afterwards(what: (lane: FaultLane) => Promise<void>): Promise<void> {
    const outcome = this.#tail.then(() => what(this))
    // What failed must not go on into what comes next.
    this.#tail = outcome.catch(() => this.device.faults.set([]))
    return outcome
  }

  async done(): Promise<void> {
    await this.#tail
  }

  async dispose(): Promise<void> {
    await this.device.close()
    await this.line?.dispose()
  }

  /** Link and quality tell of it in time, nothing is read while it lasts, and all is well again afterwards. */
  isTold(trouble: Trouble): Promise<void> {
    return this.#during(trouble, async () => {
      const from = this.recorded().length
      const link = this.#watch
        .when(this.name, (row) => row.link !== 'connected')
        .then(() => this.recorded().length - from)
      link.catch(() => {})
      await this.#red.recordedWhen(this.name, (message) => this.#telltale.isAllBad(message), { from })
      await this.messages(TROUBLE_CYCLES)
      const cyclesBeforeLink = await link

      const during = this.recorded().slice(from)
      const firstBad = during.findIndex((message) => this.#telltale.isAllBad(message))
      assert.ok(firstBad < TOLD_WITHIN_CYCLES, `message ${firstBad + 1} is the first bad one`)
      assert.ok(
        cyclesBeforeLink <= TOLD_WITHIN_CYCLES + CYCLES_INTO_TABLE,
        `told by link after ${cyclesBeforeLink} messages`,
      )
      for (const message of during.slice(firstBad)) assert.ok(this.#telltale.isAllBad(message), JSON.stringify(message))
      const row = await this.#red.row(this.name)
      assert.notEqual(row.last_error, null)
      assert.deepEqual(row.tags, { total: this.#tagCount, good: 0, bad: this.#tagCount })
    })
  }

  /** Whatever is told while it lasts is true, and all is well again afterwards. */
  isHonest(trouble: Trouble): Promise<void> {
    return this.#during(trouble, async () => {
      await this.messages(NUISANCE_CYCLES)
      this.assertHonest()
    })
  }

  /** It makes no difference. */
  isReadAllTheSame(oddity: Trouble): Promise<void> {
    return this.#during(oddity, async () => {
      const from = this.recorded().length
      await this.messages(ODDITY_CYCLES)
      for (const message of this.recorded().slice(from)) assert.deepEqual(badTags(message), [], JSON.stringify(message))
    })
  }

  /** Only these tags are bad, from the second cycle on. */
  isBadOnlyIn(tags: readonly string[], trouble: Trouble): Promise<void> {
    return this.#during(trouble, async () => {
      const from = this.recorded().length
      await this.messages(TROUBLE_CYCLES + 1)
      for (const message of this.recorded().slice(from + 1))
        assert.deepEqual(badTags(message), tags, JSON.stringify(message))
    })
  }

  /** Before it ever was well. */
  async hasNothingBeforeItIsThere(trouble: Trouble): Promise<void> {
    try {
      await this.messages(TROUBLE_CYCLES)
      for (const message of this.recorded()) assert.ok(this.#telltale.isAllBad(message), JSON.stringify(message))
      const { link, status, tags } = await this.#red.row(this.name)
      assert.ok(link === 'disconnected' || link === 'connecting')
      assert.deepEqual(
        { status, tags },
        { status: 'running', tags: { total: this.#tagCount, good: 0, bad: this.#tagCount } },
      )
    } finally {
      await this.#end(trouble)
    }
    await this.#isWellAgain()
  }

  /** Whatever comes out of it, the trouble ends: the next one does not begin in its midst. */
  async #during(trouble: Trouble, watch: () => Promise<void>): Promise<void> {
    await this.goodMessage()
    await trouble.begin(this)
    try {
      await watch()
    } finally {
      await this.#end(trouble)
    }
    await this.#isWellAgain()
  }

  async #end(trouble: Trouble): Promise<void> {
    this.device.faults.set([])
    await this.device.comeBack()
    await trouble.end?.(this)
  }

  async #isWellAgain(): Promise<void> {
    await this.goodMessage()
    await this.#watch.when(this.name, ({ link, tags }) => link === 'connected' && tags.good === this.#tagCount)
    this.assertHonest()
  }

  /** Everything that it has told since the last look was true. */
  assertHonest(): void {
    const all = this.recorded()
    const from = this.#looked
    this.#looked = all.length
    const lies = all
      .slice(from)
      .flatMap((message, index) =>
        this.#telltale.lies(message, all[from + index - 1]).map((lie) => `message ${from + index}: ${lie}`),
      )
    assert.deepEqual(lies, [])
  }

  recorded(): Recorded[] {
    return this.#red.recorded(this.name)
  }

  private async goodMessage(): Promise<void> {
    await this.#red.recordedWhen(this.name, (message) => badTags(message).length === 0, {
      timeoutMs: RECOVERY_LIMIT_MS,
    })
  }

  /** Waits for so many more. */
  private async messages(count: number): Promise<void> {
    const from = this.recorded().length
    // on a noisy line a cycle takes many timeouts
    await this.#red.recordedWhen(this.name, (message) => message === this.recorded()[from + count - 1], {
      from,
      timeoutMs: RECOVERY_LIMIT_MS,
    })
  }

  get #tagCount(): number {
    return this.#telltale.tags.length
  }
  get #red(): NodeRed {
    if (!this.#nodeRed) throw new Error('it does not run yet')
    return this.#nodeRed
  }
  get #watch(): RowWatch {
    if (!this.#rows) throw new Error('it does not run yet')
    return this.#rows
  }
}
