// Flows for the system tests: a supervisor, readers of Modbus, MELSEC and OPC UA, and the node that records what they send.

import { type FlowNode, recordNode } from './node-red'

export const TAB = 'tab'
export const SUPERVISOR = 'supervisor'

export type TagProperties = { name: string; address: string; type?: string; [property: string]: unknown }

export function supervisorNode(properties: Record<string, unknown> = {}): FlowNode {
  return { id: SUPERVISOR, type: 'collector-supervisor', name: 'plant', historian: 'none', ...properties }
}

/** Its id is `id-<name>`. */
export function readerNode(name: string, port: number, properties: Record<string, unknown> = {}): FlowNode {
  return {
    id: `id-${name}`,
    type: 'modbus-in',
    z: TAB,
    x: 1,
    y: 1,
    name,
    supervisor: SUPERVISOR,
    interval: 100,
    timeout: 500,
    host: '127.0.0.1',
    port,
    tags: [{ name: 'value', address: 'hr0', type: 'uint16' }],
    wires: [['record']],
    ...properties,
  }
}

export function melsecNode(name: string, port: number, properties: Record<string, unknown> = {}): FlowNode {
  const tags = [{ name: 'value', address: 'D0', type: 'uint16' }]
  return readerNode(name, port, { type: 'melsec-in', tags, ...properties })
}

/** Reads a simulated OPC UA device (simulators/opcua) without security; the index of its plant is 2. */
export function opcuaNode(name: string, endpoint: string, properties: Record<string, unknown> = {}): FlowNode {
  const { host: _host, port: _port, ...common } = readerNode(name, 0)
  const tags = [{ name: 'value', address: 'ns=2;s=Types.Double' }]
  return { ...common, type: 'opcua-in', timeout: 5000, endpoint, tags, ...properties }
}

/** A tab with these nodes and the recorder. */
export function flowOf(...nodes: FlowNode[]): FlowNode[] {
  return [{ id: TAB, type: 'tab', label: 'test' }, recordNode(TAB), ...nodes]
}
