// Which wall stands around the processes of a supervisor: what its settings want, tried out on this machine before anything starts. A
// weaker one than was wanted is never taken.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Wall } from '../../lib/contract/process-row'
import { BWRAP, tried } from './bubblewrap'
import type { ChildProgram } from './child'
import type { SupervisorConfig } from './fields'

/** What `sandbox` of a supervisor may be. */
export type WallWish = SupervisorConfig['sandbox']

/** A machine that is busy with its start takes some seconds for a program. */
const CHECK_MS = 10_000
const SCRIPT = join(__dirname, 'wall-check.js')

/**
 * `auto` is Node's permission model: what the others add costs a process each, or the owners of files, and a process behind bubblewrap
 * sees the files of /etc as they were at its start. See docs/security.md.
 */
export function wallOf(wish: WallWish): Wall {
  return wish === 'auto' ? 'node' : wish
}

/** What processes behind the wall need, for a trial. */
export type Needs = {
  scripts: readonly string[]
  folders: readonly string[]
  user: { uid: number; gid: number }
}

/** Why the wall does not stand on this machine, and what to do; undefined when it does. */
export async function tryWall(wall: Wall, needs: Needs): Promise<string | undefined> {
  if (wall === 'node') return undefined
  if (process.platform !== 'linux') return `the sandbox "${wall}" exists on Linux only: ${ANOTHER}`
  return wall === 'user' ? tryUser(needs) : tryBubblewrap(needs)
}

const ANOTHER = 'choose another sandbox in the properties of the supervisor'

async function tryUser(needs: Needs): Promise<string | undefined> {
  if (process.geteuid?.() !== 0)
    return `the sandbox "user" needs a Node-RED that runs as root, since nobody else can start processes of another user: ${ANOTHER}`
  const trouble = await run(checkProgram(needs), needs.user)
  if (trouble === undefined) return undefined
  const advice =
    'let others pass through the folders above it (chmod o+x), or move Node-RED and its user folder out of /root'
  return `the sandbox "user" does not work here, a process of another user cannot reach its files (${trouble}): ${advice}, or ${ANOTHER}`
}

async function tryBubblewrap(needs: Needs): Promise<string | undefined> {
  const places = { readable: [__dirname, ...needs.scripts], writable: needs.folders, hidden: [], devices: [] }
  const program = tried(checkProgram(needs), places)
  const trouble = await run(program, undefined)
  if (trouble === undefined) return undefined
  if (trouble === NOT_FOUND)
    return `the sandbox "bubblewrap" needs the program ${BWRAP}: install the package bubblewrap, or ${ANOTHER}`
  const advice =
    'allow user namespaces on this machine, and in a container the system calls for them and a /proc that is not masked'
  return `the sandbox "bubblewrap" does not work here (${trouble}): ${advice}, or ${ANOTHER}`
}

function checkProgram({ scripts, folders }: Needs): ChildProgram {
  const args = [SCRIPT, ...scripts, '--', ...folders]
  return { command: process.execPath, args, cwd: __dirname, env: { PATH: process.env.PATH ?? '' } }
}

const NOT_FOUND = 'ENOENT'

/** The last that it said, or why it did not end well. */
function run({ command, args, cwd, env }: ChildProgram, user: Needs['user'] | undefined): Promise<string | undefined> {
  const options = { cwd, env, ...user, timeout: CHECK_MS, killSignal: 'SIGKILL' as const, encoding: 'utf8' as const }
  return new Promise((resolve) => {
    execFile(command, args, options, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined)
      else if (error.code === NOT_FOUND) resolve(NOT_FOUND)
      else if (error.killed === true) resolve(`no answer within ${CHECK_MS / 1000} s`)
      else resolve(stderr.trim().split('\n').at(-1) || error.message.split('\n', 1).join(''))
    })
  })
}
