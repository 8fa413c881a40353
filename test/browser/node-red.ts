// Node-RED with this package in it, for the browser tests. The nodes' runtime is a stub: only the editor is tested here.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const ROOT = resolve(__dirname, '../../..')
const NODES = ['collector-supervisor', 'modbus-in', 'status-broadcast']
const START_TIMEOUT_MS = 60_000

export type FlowNode = { id: string; type: string; [property: string]: unknown }

export type NodeRed = {
  url: string
  /** What is deployed. */
  flow(): FlowNode[]
  stop(): Promise<void>
}

export function bundledNodeRed(): string {
  return dirname(require.resolve('node-red/package.json', { paths: [ROOT] }))
}

export async function startNodeRed(flow: FlowNode[], nodeRedDir = bundledNodeRed()): Promise<NodeRed> {
  const userDir = mkdtempSync(join(tmpdir(), 'collector-editor-'))
  const flowFile = join(userDir, 'flows.json')
  writeFileSync(flowFile, JSON.stringify(flow))
  installStubs(join(userDir, 'node_modules', '@collector-supervisor', 'node-red-collectors'))
  const child = fork(join(__dirname, 'serve.js'), [nodeRedDir, userDir], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => output.push(String(data)))
  const stop = async (): Promise<void> => {
    await end(child)
    rmSync(userDir, { recursive: true, force: true })
  }
  try {
    return {
      url: `http://127.0.0.1:${await portOf(child)}/`,
      flow: () => JSON.parse(readFileSync(flowFile, 'utf8')),
      stop,
    }
  } catch (cause) {
    await stop()
    throw new Error(`Node-RED did not start:\n${output.join('')}`, { cause })
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const exited = once(child, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`exit code ${code}`)))
  const [message] = await Promise.race([once(child, 'message', { signal }), exited])
  return message.port
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function installStubs(folder: string): void {
  const nodes: Record<string, string> = {}
  for (const node of NODES) {
    const target = join(folder, 'nodes', node)
    mkdirSync(target, { recursive: true })
    for (const part of [`${node}.html`, 'locales', 'icons'].filter((name) =>
      existsSync(join(ROOT, 'dist', 'nodes', node, name)),
    )) {
      cpSync(join(ROOT, 'dist', 'nodes', node, part), join(target, part), {
        recursive: true,
        filter: (source) => !source.endsWith('.js'),
      })
    }
    const secrets = node === 'collector-supervisor' ? "{ influxToken: { type: 'password' } }" : '{}'
    writeFileSync(
      join(target, `${node}.js`),
      `module.exports = (RED) => RED.nodes.registerType('${node}', function (n) { RED.nodes.createNode(this, n) }, { credentials: ${secrets} })`,
    )
    nodes[node] = `nodes/${node}/${node}.js`
  }
  const manifest = { name: '@collector-supervisor/node-red-collectors', version: '0.0.0', 'node-red': { nodes } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}
