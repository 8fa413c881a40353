// The wall "bubblewrap": a process that sees no other processes and of the file system only what it needs, by Linux namespaces that
// the program bwrap makes. The network is shared, since a reader has a device to reach.

import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ChildProgram } from './child'
import { BLOCK_FD, INFO_FD } from './enclosure'

export const BWRAP = 'bwrap'

/** Programs and libraries of the system. Where /usr holds them all, the others are links to its folders. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store']

/** What Node and the libraries below it read of /etc: how names are resolved, which certificates are trusted, what time it is. */
const SETTINGS = [
  'ld.so.cache',
  'hosts',
  'host.conf',
  'nsswitch.conf',
  'gai.conf',
  'services',
  'protocols',
  'localtime',
  'timezone',
  'resolv.conf',
  'alpine-release',
  'ssl/certs',
  'ssl/openssl.cnf',
  'ca-certificates',
  'pki/tls/certs',
  'pki/ca-trust',
].map((name) => join('/etc', name))

/** Where the machine's own resolvers listen, and write the addresses of name servers, which may change at any time. */
const RESOLVERS = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager', '/run/avahi-daemon']

/** What a process may reach of the file system besides the system's programs. */
export type Places = {
  readable: readonly string[]
  writable: readonly string[]
  /** Folders within those that are empty for it. */
  hidden: readonly string[]
  devices: readonly string[]
}

/** The same program behind the wall; it is let go by whoever starts it, see enclosure.ts. */
export function enclosed(program: ChildProgram, places: Places): ChildProgram {
  const pipes = ['--info-fd', String(INFO_FD), '--block-fd', String(BLOCK_FD)]
  return { ...behindBubblewrap(program, places, pipes), enclosed: true }
}

/** For a trial: nobody lets it go, and it ends with whoever has started it. */
export function tried(program: ChildProgram, places: Places): ChildProgram {
  return behindBubblewrap(program, places, ['--die-with-parent'])
}

/** Node's flags tell what the permission model lets the process read and write: the same is what it sees. */
function behindBubblewrap(program: ChildProgram, places: Places, flags: readonly string[]): ChildProgram {
  const { command, args, cwd } = program
  const readable = [...SYSTEM, ...SETTINGS, ...RESOLVERS, command, ...allowed(args, 'read'), ...places.readable]
  const writable = [...allowed(args, 'write'), ...places.writable]
  const mounts = new Map<string, string[]>()
  for (const path of readable) mounts.set(path, readOnly(path))
  for (const path of writable) mounts.set(path, ['--bind', path, path])
  // A device may be plugged in later.
  for (const path of places.devices) mounts.set(path, ['--dev-bind-try', path, path])
  for (const path of places.hidden) if (existsSync(path)) mounts.set(path, ['--tmpfs', path, '--remount-ro', path])
  return {
    ...program,
    command: BWRAP,
    args: [
      ...namespaceFlags(),
      ...['--proc', '/proc', '--dev', '/dev'],
      // What is mounted later lies on top: folders come before what is in them.
      ...[...mounts].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, mount]) => mount),
      // Nothing else may be written, not even into memory.
      ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', cwd],
      ...flags,
      ...['--', command, ...args],
    ],
    // There is no folder for temporary files besides.
    env: { ...program.env, ...(writable[0] !== undefined && { SQLITE_TMPDIR: writable[0] }) },
  }
}

/**
 * Not `--die-with-parent`: what a reader has gathered is kept when Node-RED is killed, so it ends by itself, as all children do.
 * As process 1 of its namespace it takes all that it may have started with it.
 */
function namespaceFlags(): string[] {
  const shared = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try']
  return [...shared, '--as-pid-1', '--new-session']
}

/** Paths of `--allow-fs-read` or `-write`. */
function allowed(args: readonly string[], what: 'read' | 'write'): string[] {
  const flag = `--allow-fs-${what}=`
  return args.filter((arg) => arg.startsWith(flag)).map((arg) => arg.slice(flag.length).replace(/\/\*$/, ''))
}

/** A link stays one where what it names is mounted as well: so the time zone keeps its name, and new name servers are seen. */
function readOnly(path: string): string[] {
  try {
    const target = realpathSync(path)
    const isMounted = [...SYSTEM, ...RESOLVERS].some((folder) => target.startsWith(`${folder}/`))
    if (target !== path && isMounted && realpathSync(dirname(path)) === dirname(path))
      return ['--symlink', readlinkSync(path), path]
  } catch {
    // There is no such file, or it is no link itself: it is mounted, if it is there.
  }
  return ['--ro-bind-try', path, path]
}
