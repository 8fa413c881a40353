// An example flow as it is deployed in a test: on the ports of a simulated plant, with ends that are recorded.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import { DEMO_PORTS, type Ports, withPorts } from '../../simulators/demo/folder'
import { type FlowNode, PACKAGE_NAME, PACKAGE_ROOT, recordNode } from '../support/node-red'

const DASHBOARD = '@flowfuse/node-red-dashboard'

/**
 * @param path below examples/, without .json
 * @param taps names of nodes whose outputs are all recorded
 */
export function readExample(path: string, ports: Partial<Ports>, taps: string[] = []): FlowNode[] {
  const flow: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'examples', `${path}.json`), 'utf8'))
  if (!Array.isArray(flow)) throw new Error(`${path} is no array`)
  const nodes = withPorts(flow, DEMO_PORTS, ports).map(asFlowNode)
  for (const node of nodes) {
    if (!taps.includes(String(node.name)) || !Array.isArray(node.wires)) continue
    node.wires = node.wires.map((output: unknown[]) => [...output, 'record'])
  }
  return [...nodes, recordNode(nodes.find(({ type }) => type === 'tab')?.id ?? '')]
}

/** For `install` of NodeRed.start: this package and the dashboard, as in a user's folder. */
export function installWithDashboard(userDir: string): void {
  const link = (name: string, target: string): void => {
    const path = join(userDir, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
  link(PACKAGE_NAME, PACKAGE_ROOT)
  link(DASHBOARD, join(PACKAGE_ROOT, 'node_modules', DASHBOARD))
  const dependencies = { [PACKAGE_NAME]: '*', [DASHBOARD]: '*' }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test', version: '1.0.0', dependencies }))
}

function asFlowNode(input: unknown): FlowNode {
  const node = asRecord(input)
  if (!node || typeof node.id !== 'string' || typeof node.type !== 'string') throw new Error('not a node')
  return { ...node, id: node.id, type: node.type }
}
