// A second opinion on the file of the durable queue. The process that keeps the queue may be the one that is broken, and would find
// the same however often it looked: a file is given up only when another process, which has nothing else to do, finds it damaged.

import { Fault, messageOf } from '../../lib/contract/fault'
import { parseQueueFinding, type QueueWitnessConfig } from '../../lib/contract/queue-damage'
import { HISTORIAN_SCRIPT } from './historian-spec'
import { type InspectionPlace, InspectionProcess, type InspectionTimes } from './inspection-process'

/** A slow disk with a large queue takes its time. */
const TIMES: InspectionTimes = { idleMs: 1_000, startMs: 20_000, answerMs: 180_000, stopMs: 1_000 }

export type SecondOpinion =
  | { kind: 'damaged'; damage: string }
  | { kind: 'intact' }
  | { kind: 'unknown'; reason: string }

/** For the operator. `name`: the process that said it first, `reason`: what. */
export function describeOpinion(opinion: SecondOpinion, name: string, reason: string): string {
  const says = `"${name}" finds the queue to the database damaged (${reason})`
  switch (opinion.kind) {
    case 'damaged':
      return `${says}, and so does another process: it is set aside`
    case 'intact':
      return `${says}, and another process finds it intact: the file stays, and "${name}" is started anew`
    case 'unknown':
      return `${says}; another process could not tell (${opinion.reason}): the file stays where it is`
    default:
      return opinion satisfies never
  }
}

export class QueueWitness {
  readonly #place: InspectionPlace
  #process: InspectionProcess | undefined
  #opinion: Promise<SecondOpinion> | undefined
  #looks = 0

  constructor(place: InspectionPlace) {
    this.#place = place
  }

  /** Never rejects. Who asks while a look is under way gets the answer of that one. */
  lookAt(path: string): Promise<SecondOpinion> {
    this.#opinion ??= this.#lookAt(path).finally(() => {
      this.#opinion = undefined
    })
    return this.#opinion
  }

  /** Settles when no process is left. */
  async close(): Promise<void> {
    await this.#process?.close()
  }

  /** The last resort, when Node-RED itself is about to be gone. */
  killNow(): void {
    this.#process?.killNow()
  }

  async #lookAt(path: string): Promise<SecondOpinion> {
    this.#looks++
    const config: QueueWitnessConfig = { path }
    const process = new InspectionProcess(
      { script: HISTORIAN_SCRIPT, config },
      this.#place,
      `queue witness ${this.#looks}`,
      Promise.resolve(),
      TIMES,
    )
    this.#process = process
    try {
      const finding = parseQueueFinding(await process.ask({ type: 'query', query: {} }))
      if (!finding) throw new Fault('protocol', 'failed', 'the answer is malformed')
      return finding.damage === null ? { kind: 'intact' } : { kind: 'damaged', damage: finding.damage }
    } catch (thrown) {
      return { kind: 'unknown', reason: messageOf(thrown) }
    } finally {
      await process.close()
    }
  }
}
