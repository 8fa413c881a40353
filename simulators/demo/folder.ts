// The demo's Node-RED user folder: the package and the dashboard linked into it, and a flow that fits the ports.
// Whatever lies there from earlier runs is repaired or set aside, and what the user changed is kept.

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { asCount, asRecord } from '../../lib/contract/parse'
import { MIXER_PORT } from './mixer'
import { PLANT_DEVICES, PLANT_PORTS, type PlantDevice } from './plant'

const PACKAGE = '@collector-supervisor/node-red-collectors'
const DASHBOARD = '@flowfuse/node-red-dashboard'
const EXAMPLE = join('examples', 'dashboard', '01 - Process table.json')
const LOOPBACKS = new Set(['127.0.0.1', 'localhost'])

export type DemoDevice = PlantDevice | 'mixer'
export type Ports = Record<DemoDevice, number>
/** The ports that the example flows name. */
export const DEMO_PORTS: Ports = { ...PLANT_PORTS, mixer: MIXER_PORT }

/**
 * @param root of the checkout
 * @param stamp makes the name of a file that is set aside
 */
export function prepareFolder(root: string, folder: string, ports: Ports, stamp: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  link(root, join(folder, 'node_modules', PACKAGE))
  link(join(root, 'node_modules', DASHBOARD), join(folder, 'node_modules', DASHBOARD))
  listModules(folder, root)
  writeFlow(root, folder, ports, stamp)
}

/** The flow with the readers of the demo's devices turned to their new ports; all else is left alone. */
export function withPorts(flow: unknown[], from: Ports, to: Partial<Ports>): unknown[] {
  return flow.map((input) => {
    const node = asRecord(input)
    if (node?.type === 'modbus-in') return withPort(node, from, to)
    if (node?.type === 'opcua-in') return withEndpoint(node, from, to)
    return input
  })
}

function withPort(node: Record<string, unknown>, from: Ports, to: Partial<Ports>): unknown {
  const device = PLANT_DEVICES.find((name) => from[name] === Number(node.port))
  const port = device && to[device]
  return port !== undefined && LOOPBACKS.has(String(node.host)) ? { ...node, port } : node
}

function withEndpoint(node: Record<string, unknown>, from: Ports, to: Partial<Ports>): unknown {
  const url = typeof node.endpoint === 'string' ? URL.parse(node.endpoint) : null
  if (!url || !LOOPBACKS.has(url.hostname) || Number(url.port) !== from.mixer || to.mixer === undefined) return node
  url.port = String(to.mixer)
  return { ...node, endpoint: url.href }
}

/** What was written last: by that it is seen whether the user has changed the flow since, and which ports are in it. */
type Written = { hash: string; ports: Ports }

function writeFlow(root: string, folder: string, ports: Ports, stamp: string): void {
  const path = join(folder, 'flows.json')
  const recordPath = join(folder, 'demo.json')
  const written = parseWritten(readJson(recordPath))
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const flow = present === undefined ? undefined : readJson(path)
  if (present !== undefined && !Array.isArray(flow)) renameSync(path, `${path}.broken-${stamp}`)

  const isOurs = written?.hash === hashOf(present ?? '')
  const keep = Array.isArray(flow) && !isOurs
  const fresh: unknown = readJson(join(root, EXAMPLE))
  if (!Array.isArray(fresh)) throw new Error(`${EXAMPLE} is missing or broken`)
  const next = keep ? withPorts(flow, written?.ports ?? DEMO_PORTS, ports) : withPorts(fresh, DEMO_PORTS, ports)
  const text = `${JSON.stringify(next, null, 4)}\n`
  if (!keep || JSON.stringify(next) !== JSON.stringify(flow)) writeFileSync(path, text)
  const record: Written = { hash: keep ? '' : hashOf(text), ports }
  writeFileSync(recordPath, `${JSON.stringify(record)}\n`)
}

function parseWritten(input: unknown): Written | undefined {
  const record = asRecord(input)
  const ports = asRecord(record?.ports)
  const [boiler, press, pumps] = PLANT_DEVICES.map((name) => asCount(ports?.[name]))
  if (typeof record?.hash !== 'string' || boiler === undefined || press === undefined || pumps === undefined)
    return undefined
  // An older demo had no mixer.
  const mixer = asCount(ports?.mixer) ?? MIXER_PORT
  return { hash: record.hash, ports: { boiler, press, 'pump-station': pumps, mixer } }
}

/** Node-RED offers the palette manager's updates only for what is listed. */
function listModules(folder: string, root: string): void {
  const path = join(folder, 'package.json')
  const present = asRecord(readJson(path)) ?? {}
  const fileOf = (target: string): string => `file:${relative(folder, target).replaceAll('\\', '/')}`
  const listed = {
    ...asRecord(present.dependencies),
    [PACKAGE]: fileOf(root),
    [DASHBOARD]: fileOf(join(root, 'node_modules', DASHBOARD)),
  }
  const next = { name: 'demo', private: true, ...present, dependencies: listed }
  writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`)
}

function link(target: string, path: string): void {
  if (existsSync(path) && realpathSync(path) === realpathSync(target)) return
  rmSync(path, { recursive: true, force: true })
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(target), path, 'junction')
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
