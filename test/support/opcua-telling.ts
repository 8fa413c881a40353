// A reader and a scripted server that has told it the first versions of some points; what is told next, and how, is the test's.

import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../../lib/collector/reader'
import type { Ask } from '../../simulators/opcua/scripted/requests'
import { type Message, ScriptedServer } from '../../simulators/opcua/scripted/scripted-server'
import { ATTRIBUTES, Space } from '../../simulators/opcua/scripted/space'
import { never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { type PointKind, VersionedPoint } from './opcua-points'

/** Enough for what is on its way when nothing is held back. */
const SETTLE_MS = 150
const DEADLINE_MS = 10_000
const READ_EVERY_MS = 5

/** How long answers to Republish, and to what a type looks like, are held back, ms. */
export type TellingOptions = { republish?: number; describe?: number; firstNumber?: number; tellsAvailable?: boolean }

export class Telling {
  readonly points: readonly VersionedPoint[]
  readonly server: ScriptedServer
  readonly reader: Reader
  readonly logged: readonly string[]

  private constructor(points: readonly VersionedPoint[], server: ScriptedServer) {
    this.points = points
    this.server = server
    const { reader, logged } = readerOf(
      server.endpoint,
      points.map(({ name, address }) => [name, address]),
    )
    this.reader = reader
    this.logged = logged
  }

  static async of(
    kinds: readonly PointKind[],
    { republish = 0, describe = 0, ...others }: TellingOptions = {},
  ): Promise<Telling> {
    const points = kinds.map((kind, index) => new VersionedPoint(kind, index, Date.now()))
    const space = new Space()
    for (const point of points) point.addTo(space)
    let telling: Telling | undefined
    const server = await ScriptedServer.start(space, {
      ...others,
      watched: (wishes) => {
        for (const point of points) point.handle ??= wishes.find(({ node }) => node === point.address)?.handle
        if (points.every(({ handle }) => handle !== undefined)) telling?.tell(...points)
      },
      delayMs: (ask) => (ask.service === 'Republish' ? republish : asksForTypes(ask) ? describe : 0),
    })
    telling = new Telling(points, server)
    await telling.reader.open(never)
    return telling
  }

  /** The next message, which is not sent yet: their next versions. */
  change(...changed: readonly VersionedPoint[]): Message {
    for (const point of changed) point.change(undefined)
    return this.#message(changed)
  }

  /** As they are. */
  tell(...changed: readonly VersionedPoint[]): void {
    this.server.deliver(this.#message(changed))
  }

  /** The version of each that is shown at this moment; undefined = nothing good. */
  async shownNow(): Promise<(number | undefined)[]> {
    const { values } = await this.reader.read(never)
    return this.points.map((point, column) => point.versionOf(values[column]))
  }

  /** The versions that were shown of one, from now on until its newest is, and for so long after that: an older one may come back. */
  async shownOf(point: VersionedPoint, forMs = SETTLE_MS): Promise<(number | undefined)[]> {
    const seen: (number | undefined)[] = []
    let endMs = performance.now() + DEADLINE_MS
    let isNewest = false
    while (performance.now() < endMs) {
      const version = (await this.shownNow())[this.points.indexOf(point)]
      if (seen.length === 0 || seen.at(-1) !== version) seen.push(version)
      if (version === point.version && !isNewest) endMs = performance.now() + forMs
      isNewest ||= version === point.version
      await delay(READ_EVERY_MS)
    }
    return seen
  }

  /** Until these versions are shown. */
  async shows(...versions: readonly (number | undefined)[]): Promise<void> {
    await readUntil(this.reader, ({ values }) =>
      this.points.every((point, column) => point.versionOf(values[column]) === versions[column]),
    )
  }

  async close(): Promise<void> {
    await this.reader.close()
    await this.server.close()
  }

  #message(changed: readonly VersionedPoint[]): Message {
    return this.server.compose(changed.map((point) => ({ handle: point.handle ?? -1, value: point.value() })))
  }
}

function asksForTypes(ask: Ask): boolean {
  if (ask.service === 'Read') return ask.wishes.some(({ attribute }) => attribute === ATTRIBUTES.definition)
  return ask.service === 'Browse'
}
