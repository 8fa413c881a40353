// A Node-RED with this package and the nodes of the benchmark, in a process of its own; and the flows it is given.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { melsecNode, opcuaNode, readerNode, supervisorNode } from '../../test/support/flows'
import { type FlowNode, NodeRed } from '../../test/support/node-red'
import { quantile } from '../measure/statistic'
import { tagNames } from './equal-message'
import { type MeterReading, parseMeterReading, parseReturn, type Return } from './meter'

const TAB = 'tab'
const SINK = 'sink'

export class BenchNodeRed {
  readonly nodeRed: NodeRed
  readonly #nodesFolder: string

  private constructor(nodeRed: NodeRed, nodesFolder: string) {
    this.nodeRed = nodeRed
    this.#nodesFolder = nodesFolder
  }

  /** `install` puts this package, and others if wanted, into the user folder. */
  static async start(flows: FlowNode[], install?: (userDir: string) => void): Promise<BenchNodeRed> {
    const folder = mkdtempSync(join(tmpdir(), 'collectors-bench-'))
    // Node-RED wants a pair of files where it looks for nodes.
    writeFileSync(join(folder, 'bench.js'), `module.exports = require(${JSON.stringify(join(__dirname, 'nodes.js'))})`)
    writeFileSync(join(folder, 'bench.html'), '')
    try {
      const settings = `nodesDir: ${JSON.stringify(folder)}`
      return new BenchNodeRed(await NodeRed.start({ flows, settings, ...(install && { install }) }), folder)
    } catch (error) {
      rmSync(folder, { recursive: true })
      throw error
    }
  }

  /** What has come to the end of the flow since the call before. Throws where Node-RED has logged an error. */
  async meter(): Promise<MeterReading> {
    if (this.nodeRed.output.includes('[error]')) throw new Error(`there were errors:\n${this.nodeRed.output}`)
    const { body } = await this.nodeRed.request('GET', '/bench/meter')
    const reading = parseMeterReading(body)
    if (!reading) throw new Error(`no reading of the meter: ${JSON.stringify(body)}`)
    return reading
  }

  async returnOf(reader: string, killedAt: number, killedTime: number): Promise<Return> {
    const query = new URLSearchParams({ reader, killedAt: String(killedAt), killedTime: String(killedTime) })
    const { body } = await this.nodeRed.request('GET', `/bench/return?${query}`)
    const found = parseReturn(body)
    if (!found) throw new Error(`no answer about ${reader}: ${JSON.stringify(body)}`)
    return found
  }

  /** How late the readings since a time were against the earliest of them: 99th percentile, ms. */
  async latenessP99(reader: string, from: number, intervalMs: number): Promise<number> {
    const query = new URLSearchParams({ reader, from: String(from) })
    const { body } = await this.nodeRed.request('GET', `/bench/timestamps?${query}`)
    const times = Array.isArray(body) ? body.filter((time) => typeof time === 'number') : []
    const first = times[0] ?? 0
    const offsets = times.map((time) => time - first - Math.round((time - first) / intervalMs) * intervalMs)
    const earliest = Math.min(...offsets)
    return quantile(
      offsets.map((offset) => offset - earliest),
      0.99,
    )
  }

  async dispose(): Promise<void> {
    try {
      await this.nodeRed.dispose()
    } finally {
      rmSync(this.#nodesFolder, { recursive: true, force: true })
    }
  }
}

export type Load = { readers: number; values: number; intervalMs: number }
export type Source = 'collectors' | 'timer' | 'child.send'

/** A flow that brings so many streams of values to a node which counts them. */
export function loadFlow(source: Source | 'rival' | 'none', load: Load, port: number): FlowNode[] {
  return countedFlow(load.values, sourceNodes(source, load, port))
}

/** These nodes, and one that counts so many values for each of their messages. */
export function countedFlow(values: number, nodes: readonly FlowNode[]): FlowNode[] {
  return [...supervisedTab('bench-count', values), ...nodes]
}

export type ReaderPlan = { name: string; intervalMs: number; values: number }

/** These readers, and a node that notes when their messages come. */
export function arrivalsFlow(readers: readonly FlowNode[]): FlowNode[] {
  return [...supervisedTab('bench-arrivals', 0), ...readers]
}

function sourceNodes(source: Source | 'rival' | 'none', load: Load, port: number): FlowNode[] {
  const { readers, values, intervalMs } = load
  switch (source) {
    case 'none':
      return []
    case 'collectors':
      return Array.from({ length: readers }, (_, index) =>
        modbusReader({ name: `reader ${index}`, intervalMs, values }, port),
      )
    case 'timer':
    case 'child.send': {
      const type = source === 'timer' ? 'bench-timer' : 'bench-children'
      return [placed({ id: 'source', type, streams: readers, values, interval: intervalMs, wires: [[SINK]] })]
    }
    case 'rival':
      return Array.from({ length: readers }, (_, index) => rivalNodes(index, load, port)).flat()
    default:
      return source satisfies never
  }
}

/** One connection for each reading node, as with devices of their own. */
function rivalNodes(index: number, { values, intervalMs }: Load, port: number): FlowNode[] {
  const server = `rival client ${index}`
  return [
    {
      id: server,
      type: 'modbus-client',
      name: '',
      clienttype: 'tcp',
      bufferCommands: true,
      tcpHost: '127.0.0.1',
      tcpPort: String(port),
      tcpType: 'DEFAULT',
      unit_id: '1',
      commandDelay: '1',
      clientTimeout: '1000',
      reconnectOnTimeout: true,
      reconnectTimeout: '2000',
      parallelUnitIdsAllowed: true,
    },
    placed({
      id: `rival ${index}`,
      type: 'modbus-read',
      name: `rival ${index}`,
      dataType: 'HoldingRegister',
      adr: '0',
      quantity: String(values),
      rate: String(intervalMs),
      rateUnit: 'ms',
      server,
      wires: [[SINK], []],
    }),
  ]
}

function supervisedTab(sinkType: string, values: number): FlowNode[] {
  const tab = { id: TAB, type: 'tab', label: 'benchmark' }
  return [tab, supervisorNode(), placed({ id: SINK, type: sinkType, values, wires: [] })]
}

export function modbusReader({ name, ...plan }: ReaderPlan, port: number): FlowNode {
  return readerNode(name, port, readerProperties(plan, 'hr'))
}

export function melsecReader({ name, ...plan }: ReaderPlan, port: number): FlowNode {
  return melsecNode(name, port, readerProperties(plan, 'D'))
}

/** Tags in a row, of which each has a new value whenever the server looks. */
export function opcuaReader({ name, values, intervalMs }: ReaderPlan, endpoint: string, others: object = {}): FlowNode {
  const tags = tagNames(values).map((tag, index) => ({ name: tag, address: opcuaAddress(index) }))
  return opcuaNode(name, endpoint, { z: TAB, interval: intervalMs, tags, wires: [[SINK]], ...others })
}

function opcuaAddress(index: number): string {
  return `ns=2;s=Many.${index}`
}

/** One connection with one subscription, and all items in one request: the cheapest way it has. */
export function opcuaRivalNodes({ values, intervalMs }: ReaderPlan, endpoint: string): FlowNode[] {
  const nodeIds = Array.from({ length: values }, (_, index) => ({ nodeId: opcuaAddress(index) }))
  return [
    { id: 'rival server', type: 'OpcUa-Endpoint', endpoint, secpol: 'None', secmode: 'None', none: true, login: false },
    placed({
      id: 'rival start',
      type: 'inject',
      props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
      topic: 'multiple',
      payload: JSON.stringify(nodeIds),
      payloadType: 'json',
      once: true,
      onceDelay: 1,
      repeat: '',
      wires: [['rival']],
    }),
    placed({
      id: 'rival',
      type: 'OpcUa-Client',
      name: 'rival',
      endpoint: 'rival server',
      action: 'subscribe',
      time: intervalMs,
      timeUnit: 'ms',
      certificate: 'n',
      useTransport: true,
      maxChunkCount: 1024,
      maxMessageSize: 16_777_216,
      receiveBufferSize: 65_536,
      sendBufferSize: 65_536,
      wires: [[SINK], [], []],
    }),
  ]
}

/** Tags in a row, in this area. */
function readerProperties({ intervalMs, values }: Omit<ReaderPlan, 'name'>, area: string): Record<string, unknown> {
  const tags = tagNames(values).map((name, address) => ({ name, address: `${area}${address}`, type: 'uint16' }))
  return { z: TAB, interval: intervalMs, tags, wires: [[SINK]] }
}

function placed(node: FlowNode): FlowNode {
  return { z: TAB, x: 1, y: 1, ...node }
}
