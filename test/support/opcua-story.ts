// What happens to a scripted server in one run, at random: which points change, and what becomes of the messages that tell it.

import { setTimeout as delay } from 'node:timers/promises'
import type { Ask, ItemWish } from '../../simulators/opcua/scripted/requests'
import { type Message, ScriptedServer } from '../../simulators/opcua/scripted/scripted-server'
import { ATTRIBUTES, Space } from '../../simulators/opcua/scripted/space'
import { Draw } from './field-draw'
import { FLAWS, type Flaw, POINT_KINDS, VersionedPoint } from './opcua-points'
import { until } from './until'

/**
 * What becomes of a message:
 * `prompt`     it comes
 * `late`       it comes behind others that were sent after it, or Republish brings it before
 * `twice`      it comes, and once more
 * `missed`     it does not come, and Republish has it
 * `forgotten`  it does not come, and Republish does not have it any more
 */
const FATES = ['prompt', 'late', 'twice', 'missed', 'forgotten'] as const
type Fate = (typeof FATES)[number]

const STARTED_MS = Date.UTC(2024, 0, 1)
const STEPS = { from: 8, to: 30 } as const
const PAUSE_MS = { from: 0, to: 25 } as const
const LATE_MS = { from: 5, to: 120 } as const
const STALL_MS = { from: 20, to: 150 } as const
const DESCRIBED_AFTER_MS = { from: 50, to: 400 } as const
const REPUBLISHED_AFTER_MS = { from: 0, to: 60 } as const
/** Of the points, at each step. */
const CHANGES = 0.4
const FLAWED = 0.5

export class Story {
  readonly server: ScriptedServer
  readonly points: readonly VersionedPoint[]
  /** What happened, in words. */
  readonly told: string[] = []
  readonly #draw: Draw
  readonly #fates: readonly Fate[]
  readonly #pending = new Set<Promise<void>>()
  #forgotten = 0

  private constructor(server: ScriptedServer, points: readonly VersionedPoint[], draw: Draw) {
    this.server = server
    this.points = points
    this.#draw = draw
    const others = FATES.filter((fate) => fate !== 'prompt' && draw.happens(0.5))
    this.#fates = ['prompt', 'prompt', ...others]
  }

  static async begin(chance: () => number): Promise<Story> {
    const draw = new Draw(chance)
    const points = drawPoints(draw)
    const space = new Space()
    for (const point of points) point.addTo(space)
    const [describedAfterMs, republishedAfterMs] = [
      between(draw, DESCRIBED_AFTER_MS),
      draw.happens(0.5) ? between(draw, REPUBLISHED_AFTER_MS) : 0,
    ]
    let story: Story | undefined
    const server = await ScriptedServer.start(space, {
      tellsAvailable: draw.happens(0.5),
      watched: (wishes) => story?.welcome(wishes),
      delayMs: (ask) => {
        if (ask.service === 'Republish') return republishedAfterMs
        return asksForSlow(ask, points) ? describedAfterMs : 0
      },
    })
    story = new Story(server, points, draw)
    return story
  }

  /** Whether something was lost for which nobody can be asked. */
  get hasForgotten(): boolean {
    return this.#forgotten > 0
  }

  welcome(wishes: readonly ItemWish[]): void {
    const items = this.points.filter((point) => {
      const wish = wishes.find(({ node }) => node === point.address)
      if (wish) point.handle = wish.handle
      return wish !== undefined
    })
    if (items.length > 0) this.#tell(items, 'prompt')
  }

  /** Steps at random; in the end the last one is heard of, and everything that is late has come. */
  async run(): Promise<void> {
    await until(() => this.points.every(({ handle }) => handle !== undefined))
    const draw = this.#draw
    const stallAt = draw.happens(0.4) ? draw.whole(0, STEPS.from) : -1
    for (let step = draw.whole(STEPS.from, STEPS.to); step > 0; step--) {
      if (step === stallAt) this.#stall(between(draw, STALL_MS))
      const changed = this.points.filter(() => draw.happens(CHANGES))
      for (const point of changed) point.change(this.#flawFor(point))
      if (changed.length > 0) this.#tell(changed, draw.one(this.#fates))
      await delay(between(draw, PAUSE_MS))
    }
    await Promise.all(this.#pending)
    // What was not delivered shows by its number.
    this.server.keepAlive()
  }

  #tell(changed: readonly VersionedPoint[], fate: Fate): void {
    const message = this.server.compose(changed.map((point) => ({ handle: point.handle ?? 0, value: point.value() })))
    this.told.push(
      `${message.sequenceNumber} ${fate}: ${changed.map(({ name, version }) => `${name}=${version}`).join(' ')}`,
    )
    if (fate === 'forgotten') {
      this.#forgotten++
      this.server.forget(message)
      return
    }
    if (fate === 'prompt' || fate === 'twice') this.server.deliver(message)
    if (fate === 'late' || fate === 'twice') this.#later(message)
  }

  #later(message: Message): void {
    this.#keep(delay(between(this.#draw, LATE_MS)).then(() => this.server.deliver(message)))
  }

  #stall(ms: number): void {
    this.told.push(`the network stalls for ${ms} ms`)
    this.server.stall(true)
    this.#keep(delay(ms).then(() => this.server.stall(false)))
  }

  #keep(work: Promise<void>): void {
    this.#pending.add(work)
  }

  #flawFor({ kind }: VersionedPoint): Flaw | undefined {
    return kind === 'flaky' && this.#draw.happens(FLAWED) ? this.#draw.one(FLAWS) : undefined
  }
}

function drawPoints(draw: Draw): VersionedPoint[] {
  const kinds = [...POINT_KINDS, 'count' as const].filter((kind) => kind === 'count' || draw.happens(0.7))
  return kinds.map((kind, index) => new VersionedPoint(kind, index, STARTED_MS))
}

function asksForSlow(ask: Ask, points: readonly VersionedPoint[]): boolean {
  const isSlow = (node: string): boolean => points.some((point) => point.kind === 'slow' && point.isDescribedBy(node))
  if (ask.service === 'Browse') return ask.wishes.some(({ node }) => isSlow(node))
  return (
    ask.service === 'Read' &&
    ask.wishes.some(({ node, attribute }) => attribute === ATTRIBUTES.definition && isSlow(node))
  )
}

function between(draw: Draw, { from, to }: { from: number; to: number }): number {
  return draw.whole(from, to)
}
