// A control group in which memory ends, as in a container with a limit: of version 1 or 2, below the one that the tests run in. Only
// root may have one, and not everywhere: without it the tests are skipped loudly.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { until } from './until'

const MEGABYTE = 2 ** 20
/** Collectors end themselves when Node-RED has, ms. */
const EMPTY_MS = 10_000

/** Where a version keeps what. https://docs.kernel.org/admin-guide/cgroup-v1/memory.html and .../cgroup-v2.html#memory */
type Layout = {
  /** Line of /proc/self/cgroup, with the path of the group. */
  own: RegExp
  mount: string
  /** Where a group of ours may be, best place first: folders below the mount, from the path of the own group. */
  places(own: string): string[]
  limit: string
  /** Memory and swap together, or swap alone. */
  swap: { file: string; bytes(limit: number): number }
  /** Has a line `oom_kill <count>`. */
  events: string
}

const V1: Layout = {
  own: /^\d+:(?:[\w,]+,)?memory(?:,[\w,]+)?:(.*)$/m,
  mount: '/sys/fs/cgroup/memory',
  places: (own) => [own],
  limit: 'memory.limit_in_bytes',
  swap: { file: 'memory.memsw.limit_in_bytes', bytes: (limit) => limit },
  events: 'memory.oom_control',
}
const V2: Layout = {
  own: /^0::(.*)$/m,
  mount: '/sys/fs/cgroup',
  // A group with processes of its own can give no limits to groups below it: then it is a group beside it, or beside one above.
  places: (own) => [own, ...ancestorsOf(own)],
  limit: 'memory.max',
  swap: { file: 'memory.swap.max', bytes: () => 0 },
  events: 'memory.events',
}

export class MemoryCgroup {
  readonly #folder: string
  readonly #events: string

  private constructor(folder: string, events: string) {
    this.#folder = folder
    this.#events = events
  }

  /** undefined where the machine allows none. */
  static make(limitMb: number): MemoryCgroup | undefined {
    for (const layout of [V1, V2]) {
      const own = layout.own.exec(ownGroups())?.[1]
      if (own === undefined) continue
      for (const place of layout.places(own)) {
        const folder = join(layout.mount, place, `collectors-test-${process.pid}`)
        if (!isMade(folder)) continue
        if (limit(folder, layout, limitMb * MEGABYTE)) return new MemoryCgroup(folder, layout.events)
        rmdirSync(folder)
      }
    }
    return undefined
  }

  /** For NodeRedOptions.launcher: all that it starts is in the group, too. */
  get launcher(): string[] {
    return ['sh', '-c', `echo $$ > '${this.#folder}/cgroup.procs' && exec "$@"`, 'sh']
  }

  /** How many of its processes the kernel has killed for want of memory. */
  get killed(): number {
    const events = readFileSync(join(this.#folder, this.#events), 'utf8')
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1])
  }

  /** Once no process is left in it. */
  async dispose(): Promise<void> {
    await until(() => readFileSync(join(this.#folder, 'cgroup.procs'), 'utf8') === '', EMPTY_MS)
    rmdirSync(this.#folder)
  }
}

/** From the next one up to the root. */
function ancestorsOf(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...ancestorsOf(above)]
}

function ownGroups(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8')
  } catch {
    return ''
  }
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

function limit(folder: string, { limit, swap }: Layout, bytes: number): boolean {
  try {
    writeFileSync(join(folder, limit), String(bytes))
  } catch {
    return false
  }
  try {
    writeFileSync(join(folder, swap.file), String(swap.bytes(bytes)))
  } catch {
    // A kernel that does not count swap.
  }
  return true
}
