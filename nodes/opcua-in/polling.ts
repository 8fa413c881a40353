// Values by reading them, cycle for cycle: for servers whose subscriptions are not to be trusted.

import type { Fault } from '../../lib/contract/fault'
import { Batches } from './batches'
import { type NodeRef, resolveAddress } from './node-ids'
import type { OpcuaSession } from './session'
import { type Answer, batchSize, type Source, type SourceSettings } from './source'
import { reasonOf } from './statuses'

/** A namespace that the server did not know is looked for again after this, ms. */
const NAMESPACES_MS = 30_000

export class Polling implements Source {
  readonly degraded = undefined
  readonly overflows = 0
  readonly #session: OpcuaSession
  readonly #settings: SourceSettings
  #batches = new Batches(1)
  #nodes: (NodeRef | undefined)[] = []
  #resolvedMs = 0

  constructor(session: OpcuaSession, settings: SourceSettings) {
    this.#session = session
    this.#settings = settings
  }

  async start(): Promise<void> {
    const { nodesPerRead } = await this.#session.operationLimits()
    this.#batches = new Batches(batchSize(nodesPerRead))
    await this.#resolve()
  }

  async read(signal: AbortSignal): Promise<readonly Answer[]> {
    const nowMs = this.#settings.clock.nowMs()
    if (this.#nodes.includes(undefined) && nowMs - this.#resolvedMs >= NAMESPACES_MS) await this.#resolve()
    const answers: Answer[] = this.#settings.wanted.map(({ address }) => ({
      problem: unknownNamespace(address.namespace),
    }))
    const known = this.#nodes.flatMap((node, column) => (node ? [{ node, column }] : []))
    await this.#batches.each(
      known,
      async (batch) => {
        signal.throwIfAborted()
        const samples = await this.#session.read(batch.map(({ node }) => node))
        batch.forEach(({ column }, index) => {
          const sample = samples[index]
          if (sample) answers[column] = { sample }
        })
      },
      ({ column }, fault) => {
        answers[column] = { problem: refusal(fault) }
      },
    )
    return answers
  }

  async #resolve(): Promise<void> {
    const namespaces = await this.#session.namespaces()
    this.#nodes = this.#settings.wanted.map(({ address }) => resolveAddress(address, namespaces))
    this.#resolvedMs = this.#settings.clock.nowMs()
  }
}

export function unknownNamespace(namespace: number | string): string {
  return `the server has no namespace ${namespace}: is its URI right? It is looked for again now and then`
}

/** A service that the server refused for one item alone. */
export function refusal({ code }: Fault): string {
  return reasonOf(code)
}
