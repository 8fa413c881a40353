// What each wall around a reader costs: time to its first word, and memory, that of bwrap included. All walls in turns.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CONTROL_VERSION } from '../lib/contract/limits'
import { WALLS, type Wall } from '../lib/contract/process-row'
import { Queue } from '../lib/queue/queue'
import { Child } from '../nodes/collector-supervisor/child'
import { makeLiveFolder, removeLiveFolder } from '../nodes/collector-supervisor/live-folder'
import { makeQueuePlace } from '../nodes/collector-supervisor/queue-place'
import { collectorProgram } from '../nodes/collector-supervisor/sandbox'
import { SupervisorWall } from '../nodes/collector-supervisor/supervisor-wall'
import { PACKAGE_ROOT } from '../test/support/node-red'
import { privateMb } from './measure/process-cost'
import { median, summary } from './measure/statistic'
import { markdownTable } from './measure/table'

export type WallCost = {
  wall: Wall
  /** From the start of the program to `ready`, ms. */
  startMs: number[]
  /** Of the reader's process, MiB. */
  readerMb: number[]
  /** Of the process that bubblewrap keeps beside it, MiB. */
  besideMb: number[]
}

const SCRIPT = join(PACKAGE_ROOT, 'dist', 'nodes', 'modbus-in', 'collector.js')
const STARTS_A_RUN = 4
const CAPACITY_BYTES = 16 * 2 ** 20
const MEMORY_LIMIT_MB = 256
const SETTLE_MS = 3_000
const START_MAX_MS = 20_000

/** Walls that do not stand on this machine are left out; `user` needs root. */
export async function measureWalls(runs: number, port: number): Promise<WallCost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'collectors-bench-'))
  // Others may pass through, as through most user folders.
  chmodSync(folder, 0o711)
  const supervisor = join(folder, 'collectors', 'supervisor')
  mkdirSync(supervisor, { recursive: true, mode: 0o711 })
  makeQueuePlace(supervisor)
  const live = makeLiveFolder(2 * CAPACITY_BYTES)
  const queue = Queue.create(join(live, 'live.queue'), { capacityBytes: CAPACITY_BYTES })
  try {
    const walls = WALLS.map((wish) => {
      const wall = new SupervisorWall({ folder: supervisor, wish, live: () => live, warn: console.warn })
      return { wall, cost: { wall: wish, startMs: [], readerMb: [], besideMb: [] } satisfies WallCost as WallCost }
    })
    for (let start = 0; start < runs * STARTS_A_RUN; start++) {
      for (const { wall, cost } of walls) {
        await wall.ready()
        if (wall.problem === undefined) await measureOne(wall, cost, { live: queue.path, port })
      }
    }
    return walls.map(({ cost }) => cost).filter(({ startMs }) => startMs.length > 0)
  } finally {
    queue.close()
    removeLiveFolder(live)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureOne(
  wall: SupervisorWall,
  { startMs, readerMb, besideMb }: WallCost,
  { live, port }: { live: string; port: number },
): Promise<void> {
  const beganAt = performance.now()
  let settle = (_error?: Error): void => {}
  const ready = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve())
  })
  const late = setTimeout(() => settle(new Error('the reader was not ready in time')), START_MAX_MS)
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const child = new Child(
    wall.aroundReader(collectorProgram(SCRIPT, MEMORY_LIMIT_MB), []),
    {
      identified: () => {},
      message: ({ type }) => {
        if (type === 'ready') settle()
      },
      malformed: () => {},
      flood: () => {},
      unreachable: () => {},
      output: (_source, text) => console.warn(text),
      spawnFailed: (_code, message) => settle(new Error(message)),
      exited: () => end(),
    },
    () => performance.now(),
  )
  try {
    child.send({
      ...{ type: 'configure', generation: 1, version: CONTROL_VERSION, name: 'reader', recipient: 'reader' },
      live: { path: live, capacityBytes: CAPACITY_BYTES },
      heartbeatMs: 2_000,
      config: readerConfig(port),
    })
    await ready
    startMs.push(performance.now() - beganAt)
    await delay(SETTLE_MS)
    const { pid } = child
    if (pid === undefined) throw new Error('the reader has no pid')
    readerMb.push(privateMb(pid))
    const parent = parentOf(pid)
    if (parent !== process.pid) besideMb.push(privateMb(parent))
  } finally {
    clearTimeout(late)
    child.kill()
    await ended
  }
}

function readerConfig(port: number): unknown {
  const tags = [{ name: 'value', address: 'hr0', type: 'uint16' }]
  return { name: 'reader', supervisor: 'supervisor', host: '127.0.0.1', port, interval: 100, tags }
}

function parentOf(pid: number): number {
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(parent)
}

export function wallsSection(costs: readonly WallCost[]): string {
  const rows = costs.map(({ wall, startMs, readerMb, besideMb }) => [
    wall,
    summary(startMs, 1),
    summary(readerMb, 1),
    besideMb.length > 0 ? summary(besideMb, 2) : '',
  ])
  const header = ['sandbox', 'start → `ready`, ms', 'reader, private MiB', 'bwrap beside it, private MiB']
  const starts = costs[0]?.startMs.length ?? 0
  const text = `A Modbus reader is started behind each wall in turns, ${starts} times; its memory after ${SETTLE_MS / 1000} s of reading a value every 100 ms. What the walls stop: [security.md](security.md).`
  return `## Sandbox\n\n${text}\n\n${markdownTable(header, rows)}${differences(costs)}`
}

function differences(costs: readonly WallCost[]): string {
  const node = costs.find(({ wall }) => wall === 'node')
  const others = costs.filter(({ wall }) => wall !== 'node')
  if (!node || others.length === 0) return ''
  const lines = others.map(({ wall, startMs, readerMb, besideMb }) => {
    const ms = median(startMs) - median(node.startMs)
    const beside = besideMb.length > 0 ? median(besideMb) : 0
    const mb = median(readerMb) + beside - median(node.readerMb)
    return `- ${wall}: ${ms.toFixed(1)} ms and ${mb.toFixed(1)} MiB more than node.`
  })
  return `\n\n${lines.join('\n')}`
}
