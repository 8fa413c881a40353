// What a child process may do and see: Node's permission model, a small heap, an environment of a few known names.

import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import type { Sandbox } from '../../lib/contract/process-row'
import { addonFiles } from './addon-files'
import type { ChildProgram } from './child'

/** dist/nodes/collector-supervisor -> dist: the collectors' bundles are all that they read. */
const DIST = resolve(__dirname, '..', '..')

/** Variables that a child gets from Node-RED's environment. No NODE_OPTIONS, no proxies, no secrets. */
const ENVIRONMENT = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot']

/** Whose certificates are trusted: the database may have one of the company's own. */
const TLS_ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

/**
 * glibc's malloc. One arena for all threads of a collector: each more keeps memory that the others cannot use. And what V8 takes for
 * compiling, in pieces of up to 32 KiB, goes back to the system: 8 MB of an OPC UA reader.
 */
const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' }

/**
 * A process has no business in anybody's home. Without the variable libuv looks into /etc/passwd, and `os.homedir()` fails for a user who
 * is not there, as in a container that runs as whatever user: a driver that asks for it could not be loaded. The name is Debian's.
 */
const HOMELESS = { HOME: '/nonexistent' }

/** Part of the memory limit that JavaScript's heap may take; Buffers live outside of it. */
const HEAP_SHARE = 0.5
const HEAP_MIN_MB = 48

/** The one package with native code that a driver may bring: users install it beside this one. */
const ADDON_PACKAGE = 'serialport'

/** The program of a collector. `memoryLimitMb` 0 = no limit; `folder`: what it may read and write besides. */
export function collectorProgram(
  script: string,
  memoryLimitMb: number,
  { sandbox = 'closed', folder }: { sandbox?: Sandbox | undefined; folder?: string | undefined } = {},
): ChildProgram {
  const opened = sandbox === 'addons' ? addonFlags(script) : []
  return program(script, [...sandboxFlags(memoryLimitMb), ...opened, ...own(folder)], ENVIRONMENT)
}

/** Found anew at each start: the package may have been installed since the last one. */
function addonFlags(script: string): string[] {
  const files = addonFiles(ADDON_PACKAGE, script)
  // Node warns of the flag on stderr, where the log expects trouble; the row tells of it.
  return ['--allow-addons', '--disable-warning=SecurityWarning', ...files.map((path) => `--allow-fs-read=${path}`)]
}

/** The program of a historian: it may also read and write the supervisor's folder. */
export function historianProgram(script: string, memoryLimitMb: number, folder: string): ChildProgram {
  return program(script, [...sandboxFlags(memoryLimitMb), ...own(folder)], [...ENVIRONMENT, ...TLS_ENVIRONMENT])
}

/** What the environment names of those, for a process that sees nothing else of the file system. */
export function certificateFiles(environment: Readonly<Record<string, string>>): string[] {
  const lists = TLS_ENVIRONMENT.flatMap((name) => environment[name]?.split(delimiter) ?? [])
  return lists.filter((path) => isAbsolute(path))
}

function own(folder: string | undefined): string[] {
  if (folder === undefined) return []
  return [`--allow-fs-read=${join(folder, '*')}`, `--allow-fs-write=${join(folder, '*')}`]
}

function program(script: string, flags: string[], names: string[]): ChildProgram {
  return {
    command: process.execPath,
    args: [...flags, script],
    cwd: SANDBOX_CWD,
    env: sandboxEnvironment(process.env, names),
  }
}

/** Flags of node for a collector. `memoryLimitMb` 0 = no limit. */
export function sandboxFlags(memoryLimitMb: number): string[] {
  const flags = [
    '--permission',
    `--allow-fs-read=${join(DIST, '*')}`,
    '--disable-proto=delete',
    // Node 22 warns of node:sqlite on stderr, where the log expects trouble.
    '--disable-warning=ExperimentalWarning',
    // 50 collectors share one gateway: a small young generation, and no threads for compiling and collecting garbage.
    // What the compiler's thread needs for a moment, malloc would keep for ever; without it a cycle waits some ms, once.
    '--max-semi-space-size=1',
    '--single-threaded',
    '--v8-pool-size=1',
  ]
  if (memoryLimitMb > 0) {
    flags.push(`--max-old-space-size=${Math.max(HEAP_MIN_MB, Math.round(memoryLimitMb * HEAP_SHARE))}`)
  }
  if (process.allowedNodeEnvironmentFlags.has('--allow-net')) flags.push('--allow-net')
  if (process.allowedNodeEnvironmentFlags.has('--disable-sigusr1')) flags.push('--disable-sigusr1')
  return flags
}

export function sandboxEnvironment(from: NodeJS.ProcessEnv, names = ENVIRONMENT): Record<string, string> {
  const environment: Record<string, string> = { ...MALLOC, ...HOMELESS }
  for (const name of names) {
    const value = from[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/** A collector never needs the current folder, but it must exist and be readable to it. */
const SANDBOX_CWD = dirname(DIST)
