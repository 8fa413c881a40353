// A healthy reader beside the one that is in trouble. Its register counts the reads: every cycle that is lost on the way
// into the flow is a gap. And each message tells how long it was on its way: that shows whether Node-RED was held up.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { readerNode, TAB } from './flows'
import type { FlowNode, NodeRed, Recorded } from './node-red'
import { until } from './until'

const POLL_MS = 10

export class Witness {
  readonly name: string
  readonly intervalMs: number
  readonly #device: ModbusDevice

  private constructor(name: string, intervalMs: number, device: ModbusDevice) {
    this.name = name
    this.intervalMs = intervalMs
    this.#device = device
  }

  static async start(name = 'witness', intervalMs = 50): Promise<Witness> {
    const device = await ModbusDevice.start({ engine: 'jsmodbus' })
    device.memory.place({ area: 'holding', address: 0, type: 'uint16', wave: { wave: 'sequence' } })
    return new Witness(name, intervalMs, device)
  }

  nodes(properties: Record<string, unknown> = {}): FlowNode[] {
    const stamp = `stamp-${this.name}`
    // Patient: an answer that is late because this machine is busy is not lost.
    const patience = { interval: this.intervalMs, timeout: 10_000 }
    return [
      readerNode(this.name, this.#device.port, { ...patience, wires: [[stamp]], ...properties }),
      {
        id: stamp,
        type: 'function',
        z: TAB,
        x: 1,
        y: 1,
        func: 'msg.received = Date.now(); return msg',
        outputs: 1,
        wires: [['record']],
      },
    ]
  }

  /** What has reached the flow. */
  sequence(nodeRed: NodeRed): number[] {
    return numbersOf(nodeRed.recorded(this.name))
  }

  /** Readings that did not reach the flow, between the first and the last that did. Throws on one that came twice. */
  lost(nodeRed: NodeRed): number {
    const sequence = this.sequence(nodeRed)
    sequence.forEach((value, index) => {
      const before = sequence[index - 1]
      assert.ok(before === undefined || value > before, `${value} came after ${before}`)
    })
    const [first = 0] = sequence
    const last = sequence.at(-1) ?? 0
    return sequence.length === 0 ? 0 : last - first + 1 - sequence.length
  }

  /** From its first reading until now: no cycle lost, none doubled, its process untouched. */
  async assertUndisturbed(nodeRed: NodeRed): Promise<void> {
    await this.moreSamples(nodeRed, 2)
    assert.equal(this.lost(nodeRed), 0, 'cycles of the witness were lost')
    const { restart_count, generation, dropped } = await nodeRed.row(this.name)
    assert.deepEqual({ restart_count, generation, dropped }, { restart_count: 0, generation: 1, dropped: 0 })
  }

  /** How long its messages were on their way into the flow, from index `from` of the recorded ones, ms. */
  delaysMs(nodeRed: NodeRed, from = 0): number[] {
    const messages = nodeRed.recorded(this.name).slice(from)
    return messages.map(({ received, timestamp }) => Number(received) - (timestamp ?? Number.NaN))
  }

  async moreSamples(nodeRed: NodeRed, count: number, timeoutMs = 20_000): Promise<void> {
    let looked = nodeRed.recorded(this.name).length
    let seen = 0
    const enough = (): boolean => {
      const fresh = nodeRed.recorded(this.name).slice(looked)
      looked += fresh.length
      seen += numbersOf(fresh).length
      return seen >= count
    }
    await until(enough, timeoutMs, POLL_MS)
  }

  async close(): Promise<void> {
    await this.#device.close()
  }
}

function numbersOf(messages: readonly Recorded[]): number[] {
  return messages.map(({ payload }) => asRecord(payload)?.value).filter((value) => typeof value === 'number')
}
