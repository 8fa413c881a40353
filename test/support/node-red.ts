// A real Node-RED in a process of its own, with this package in its user folder, driven over its admin API. What reaches
// the end of a flow is written to a file by Node-RED itself, so that a deploy cannot lose it on the way to the test.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { CommandResult } from '../../lib/contract/command'
import type { ProcessRow } from '../../lib/contract/process-row'
import { until } from './until'

export const PACKAGE_ROOT = resolve(__dirname, '..', '..', '..')
export const PACKAGE_NAME = '@collector-supervisor/node-red-collectors'

/** On a busy machine it takes much longer than the second or two that it needs. */
const START_MS = 120_000
/** Many may be waited for at the same time. */
const RECORDED_POLL_MS = 10

/** A message as the flow's end saw it. */
export type Recorded = {
  topic: string
  payload: unknown
  quality?: Record<string, string>
  timestamp?: number
  [property: string]: unknown
}
export type FlowNode = { id: string; type: string; [property: string]: unknown }

export type NodeRedOptions = {
  flows: FlowNode[]
  /** Merged into settings.js as source text, e.g. `adminAuth: {...}`. */
  settings?: string
  /** Folder of a Node-RED to run instead of the development one. */
  nodeRedFolder?: string
  /** Of the editor; any free one by default. */
  port?: number
  /** Kept over a restart; made and removed by the test otherwise. */
  userDir?: string
  /** Command line in front of it, which ends by executing it in its own place. */
  launcher?: string[]
  /** Puts the package there; a link to this checkout by default. */
  install?: (userDir: string) => void
  /** In a process group of its own, as a shell would start it. */
  ownGroup?: boolean
}

/** Ends a flow: everything that comes in is recorded. Wire nodes to the id `record`. */
export function recordNode(tab: string): FlowNode {
  return {
    id: 'record',
    type: 'function',
    z: tab,
    x: 1,
    y: 1,
    name: 'record',
    func: 'global.get("record")(msg); return null',
    outputs: 0,
    wires: [],
  }
}

export class NodeRed {
  readonly userDir: string
  readonly url: string
  readonly process: ChildProcess
  readonly #recording: string
  readonly #temporary: boolean
  readonly #messages: Recorded[] = []
  readonly #messagesByTopic = new Map<string, Recorded[]>()
  #readTo = 0
  #output = ''
  /** How often flows were started. */
  #starts = 0

  private constructor(process: ChildProcess, userDir: string, url: string, temporary: boolean) {
    this.process = process
    this.userDir = userDir
    this.url = url
    this.#recording = join(userDir, 'recorded.jsonl')
    this.#temporary = temporary
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        const text = chunk.toString('utf8')
        this.#output = (this.#output + text).slice(-200_000)
        this.#starts += text.match(/Started (modified )?(flows|nodes)/g)?.length ?? 0
      })
    }
  }

  static async start(options: NodeRedOptions): Promise<NodeRed> {
    const temporary = options.userDir === undefined
    const userDir = options.userDir ?? mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const port = options.port ?? (await freePort())
    prepareUserDir(userDir, port, options)
    const folder = options.nodeRedFolder ?? join(PACKAGE_ROOT, 'node_modules', 'node-red')
    const [command = '', ...args] = [...(options.launcher ?? []), process.execPath, join(folder, 'red.js')]
    const child = spawn(command, [...args, '-u', userDir], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
      detached: options.ownGroup ?? false,
    })
    const nodeRed = new NodeRed(child, userDir, `http://127.0.0.1:${port}`, temporary)
    try {
      await until(() => nodeRed.isUp || child.exitCode !== null, START_MS)
    } catch (error) {
      child.kill('SIGKILL')
      throw new Error(`Node-RED did not start in ${START_MS} ms:\n${nodeRed.output}`, { cause: error })
    }
    if (child.exitCode !== null) throw new Error(`Node-RED ended with ${child.exitCode}:\n${nodeRed.output}`)
    return nodeRed
  }

  get output(): string {
    return this.#output
  }
  /** Flows may be started before the server listens. */
  get isUp(): boolean {
    return ['Started flows', 'Server now running'].every((text) => this.#output.includes(text))
  }
  get pid(): number {
    const { pid } = this.process
    if (pid === undefined) throw new Error('Node-RED has no pid')
    return pid
  }
  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    timeoutMs = 60_000,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      const { exitCode, signalCode } = this.process
      throw new Error(
        `${method} ${path} (Node-RED: ${exitCode}, ${signalCode}): ${cause}\n${this.output.slice(-3000)}`,
        { cause },
      )
    })
    const text = await response.text()
    return { status: response.status, body: parseJson(text) }
  }

  async rows(): Promise<ProcessRow[]> {
    const { body } = await this.request('GET', '/collectors/processes')
    if (!Array.isArray(body)) throw new Error(`no rows: ${JSON.stringify(body)}`)
    return body
  }

  async row(name: string): Promise<ProcessRow> {
    const row = (await this.rows()).find((one) => one.name === name)
    if (!row) throw new Error(`there is no row ${name}`)
    return row
  }

  /** Waits until the row is as wanted. */
  async rowWhen(name: string, wanted: (row: ProcessRow) => boolean, timeoutMs = 20_000): Promise<ProcessRow> {
    let last: ProcessRow | undefined
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      last = (await this.rows()).find((one) => one.name === name)
      if (last && wanted(last)) return last
      await new Promise((done) => setTimeout(done, 25))
    }
    throw new Error(
      `the row ${name} did not become what was wanted; it is ${JSON.stringify(last)}\n${this.output.slice(-3000)}`,
    )
  }

  /** Waits until there is no such row. */
  async rowGone(name: string, timeoutMs = 20_000): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while ((await this.rows()).some((row) => row.name === name)) {
      if (performance.now() > deadline) throw new Error(`the row ${name} is still there`)
      await new Promise((done) => setTimeout(done, 25))
    }
  }

  async command(path: string): Promise<{ status: number; results: CommandResult[] }> {
    const { status, body } = await this.request('POST', `/collectors/processes/${path}`)
    const results = typeof body === 'object' && body !== null && 'results' in body ? body.results : []
    return { status, results: Array.isArray(results) ? results : [] }
  }

  /** Deploys over the admin API as the editor does, one at a time, and waits until the new nodes are there. */
  async deploy(flows: FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const startsBefore = this.#starts
    const { status, body } = await this.request('POST', '/flows', flows, { 'Node-RED-Deployment-Type': type })
    if (status !== 204 && status !== 200) throw new Error(`the deploy failed with ${status}: ${JSON.stringify(body)}`)
    // Node-RED answers before it starts them.
    await until(() => this.#starts > startsBefore, 20_000)
  }

  /** Everything recorded so far, of one topic if wanted. */
  recorded(topic?: string): Recorded[] {
    this.#readOn()
    return [...(topic === undefined ? this.#messages : (this.#messagesByTopic.get(topic) ?? []))]
  }

  /** Only what is new: a test asks many times. */
  #readOn(): void {
    const bytes = readFrom(this.#recording, this.#readTo)
    const end = bytes.lastIndexOf('\n') + 1
    this.#readTo += end
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
    for (const line of lines) {
      const message: Recorded = JSON.parse(line)
      this.#messages.push(message)
      const ofTopic = this.#messagesByTopic.get(message.topic)
      if (ofTopic) ofTopic.push(message)
      else this.#messagesByTopic.set(message.topic, [message])
    }
  }

  /** Waits for a message recorded from now on (or from an index of `recorded(topic)`) that is as wanted; asks once for each. */
  async recordedWhen(
    topic: string,
    wanted: (message: Recorded) => boolean,
    { from = this.recorded(topic).length, timeoutMs = 20_000 } = {},
  ): Promise<Recorded> {
    let found: Recorded | undefined
    let next = from
    await until(
      () => {
        const messages = this.recorded(topic).slice(next)
        next += messages.length
        found = messages.find(wanted)
        return found !== undefined
      },
      timeoutMs,
      RECORDED_POLL_MS,
    )
    if (!found) throw new Error('not found')
    return found
  }

  /** SIGTERM, and its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 20_000): Promise<void> {
    if (this.alive) {
      this.process.kill(signal)
      await until(() => !this.alive, timeoutMs)
    }
  }

  /** For after(): ends it by whatever means, and removes the user folder. */
  async dispose(): Promise<void> {
    try {
      await this.stop()
    } finally {
      if (this.alive) this.process.kill('SIGKILL')
      if (this.#temporary) rmSync(this.userDir, { recursive: true, force: true })
    }
  }
}

/** What a file holds from there on; nothing when there is none. */
function readFrom(path: string, from: number): Buffer {
  const length = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) - from
  if (length <= 0) return Buffer.alloc(0)
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(file, bytes, 0, length, from))
  } finally {
    closeSync(file)
  }
}

/** All tags of the reading are good: on a busy machine a first cycle may come before the device has answered. */
export function isGood(message: Recorded): boolean {
  return Object.keys(message.quality ?? {}).length === 0
}

/** Is there such a process, and is it no zombie? */
export function processIsAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
  } catch {
    return false
  }
}

export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (typeof address === 'object' && address !== null) done(address.port)
        else failed(new Error('no port'))
      })
    })
  })
}

function prepareUserDir(
  userDir: string,
  port: number,
  { flows, settings = '', install = linkPackage }: NodeRedOptions,
): void {
  mkdirSync(userDir, { recursive: true })
  if (!existsSync(join(userDir, 'node_modules'))) install(userDir)
  const record = `(msg) => require('node:fs').appendFileSync(${JSON.stringify(join(userDir, 'recorded.jsonl'))}, JSON.stringify({ ...msg, req: undefined, res: undefined }) + '\\n')`
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = {
      flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: ${port}, credentialSecret: 'test', telemetry: { enabled: false },
      logging: { console: { level: 'info', metrics: false, audit: false } },
      functionGlobalContext: { record: ${record} },
      ${settings}
    }`,
  )
  if (!existsSync(join(userDir, 'flows.json'))) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows))
}

export function linkPackage(userDir: string): void {
  const link = join(userDir, 'node_modules', PACKAGE_NAME)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(PACKAGE_ROOT, link)
  writeFileSync(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'test', version: '1.0.0', dependencies: { [PACKAGE_NAME]: '*' } }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
