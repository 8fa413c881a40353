// One run of the real reader against a scripted server, and what is wrong with what it showed.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reading } from '../../lib/collector/reader'
import { messageOf } from '../../lib/contract/fault'
import { opcuaReader } from '../../nodes/opcua-in/reader'
import { configOf } from '../nodes/opcua-in/config'
import type { VersionedPoint } from './opcua-points'
import { Story } from './opcua-story'
import { randomNumbers } from './random'

const READ_EVERY_MS = 8
/** Until the last is shown when nothing happens any more. */
const PATIENCE_MS = 4000
const COMPLAINTS_MAX = 6
/** Shown good, and wrong: whatever the machine was busy with. */
const WRONG = /shown good/

/** What is wrong, in words; nothing if all is well. */
export async function runOpcuaSeed(seed: number): Promise<string[]> {
  const story = await Story.begin(randomNumbers(seed))
  const folder = mkdtempSync(join(tmpdir(), 'collector-test-'))
  const logged: string[] = []
  const tags = story.points.map(({ name, address }): [string, string] => [name, address])
  const config = configOf(tags, { endpoint: story.server.endpoint, interval: 50 })
  const reader = opcuaReader.create(config, (level, text) => logged.push(`${level}: ${text}`), folder)
  const witness = new Witness(story)
  const signal = new AbortController().signal
  try {
    await reader.open(signal)
    const done = story.run()
    const read = async (): Promise<void> => witness.see(await reader.read(signal))
    await Promise.all([done, whileRunning(done, read)])
    const endMs = performance.now() + PATIENCE_MS
    do {
      await delay(READ_EVERY_MS)
      await read()
    } while (witness.lacks().length > 0 && performance.now() < endMs)
  } catch (thrown) {
    witness.complain(`the reader gave up: ${messageOf(thrown)}`)
  } finally {
    await reader.close()
    await story.server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const complaints = [...witness.complaints, ...witness.lacks(), ...aboutTheWay(story, logged)]
  return complaints.length === 0 ? [] : [...complaints.slice(0, COMPLAINTS_MAX), ...story.told, ...logged.slice(-4)]
}

export function isWrongShown(complaint: string): boolean {
  return WRONG.test(complaint)
}

async function whileRunning(done: Promise<void>, read: () => Promise<void>): Promise<void> {
  let isRunning = true
  void done.finally(() => {
    isRunning = false
  })
  while (isRunning) {
    await read()
    await delay(READ_EVERY_MS)
  }
}

/** One connection and one subscription; and nothing is said to be lost that was not. */
function aboutTheWay({ server, hasForgotten }: Story, logged: readonly string[]): string[] {
  const complaints: string[] = []
  if (server.connections > 1) complaints.push(`${server.connections} connections`)
  if (server.subscriptions > 1) complaints.push(`${server.subscriptions} subscriptions`)
  const lost = logged.find((text) => / lost /.test(text))
  if (lost !== undefined && !hasForgotten) complaints.push(`nothing was lost, and it was told: ${lost}`)
  return complaints
}

/** Sees all that is shown. */
class Witness {
  readonly complaints: string[] = []
  readonly #story: Story
  /** The newest that was shown good. */
  readonly #shown = new Map<VersionedPoint, number>()
  /** Shown at last; undefined = nothing good. */
  readonly #last = new Map<VersionedPoint, number | undefined>()

  constructor(story: Story) {
    this.#story = story
  }

  /** Once of the same. */
  complain(text: string): void {
    if (!this.complaints.includes(text)) this.complaints.push(text)
  }

  see({ values, bad }: Reading): void {
    for (const [column, point] of this.#story.points.entries()) {
      const value = values[column] ?? null
      if (value === null && !bad.has(column)) this.complain(`${point.name} is null without a reason, so shown good`)
      this.#last.set(point, value === null ? undefined : this.#versionOf(point, value))
    }
  }

  #versionOf(point: VersionedPoint, value: unknown): number | undefined {
    const version = point.versionOf(value)
    const before = this.#shown.get(point) ?? 0
    if (version === undefined || version > point.version || !point.isShown(version)) {
      this.complain(`${point.name} is shown good with what it never had: ${JSON.stringify(value)}`)
      return undefined
    }
    if (version < before) this.complain(`${point.name} is shown good with ${version}, after ${before}`)
    this.#shown.set(point, Math.max(version, before))
    return version
  }

  /** What should be shown now that nothing happens any more, and is not: also what was lost can be read. */
  lacks(): string[] {
    return this.#story.points.flatMap((point) => {
      const { name, version } = point
      const last = this.#last.get(point)
      if (last === undefined) return point.isShown(version) ? [`${name} is null in the end, not ${version}`] : []
      return last < version ? [`${name} is shown good with ${last} in the end, not ${version}`] : []
    })
  }
}
