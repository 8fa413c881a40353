// A witness with a live queue of its own: in one Node-RED there is one for each supervisor.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { supervisorNode } from './flows'
import type { FlowNode, NodeRed } from './node-red'
import { Witness } from './witness'

const INTERVAL_MS = 100
/** The queue is replaced at most every 5 s, and silence is noticed after 3 s; the rest is for busy machines. */
const RECOVERY_MS = 40_000
/** What comes through by chance says nothing yet. */
const ENOUGH_SAMPLES = 30

export class WatchedQueue {
  readonly witness: Witness

  private constructor(witness: Witness) {
    this.witness = witness
  }

  /** `name` is that of the reader and its supervisor. */
  static async start(name: string): Promise<WatchedQueue> {
    return new WatchedQueue(await Witness.start(name, INTERVAL_MS))
  }

  nodes(): FlowNode[] {
    const id = this.#supervisor
    return [supervisorNode({ id, name: this.witness.name }), ...this.witness.nodes({ supervisor: id })]
  }

  /** Where the queue lies now. */
  folder(nodeRed: NodeRed): string {
    const folder: unknown = JSON.parse(readFileSync(join(this.records(nodeRed), 'live.json'), 'utf8'))
    assert.ok(typeof folder === 'string')
    return folder
  }

  /** Where the supervisor keeps its files. */
  records(nodeRed: NodeRed): string {
    return join(nodeRed.userDir, 'collectors', this.#supervisor)
  }

  /** Waits until the readings come again; what was lost is counted, neither more nor less. Returns how many. */
  async recovered(nodeRed: NodeRed): Promise<number> {
    const { witness } = this
    await witness.moreSamples(nodeRed, ENOUGH_SAMPLES, RECOVERY_MS)
    const { dropped, generation } = await nodeRed.row(witness.name)
    assert.equal(dropped, witness.lost(nodeRed))
    assert.equal(generation, 1)
    return dropped
  }

  get #supervisor(): string {
    return `supervisor-${this.witness.name}`
  }
}
