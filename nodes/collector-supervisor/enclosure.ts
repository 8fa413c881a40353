// A process that bubblewrap encloses, seen from outside: bwrap itself is our child, the process that counts is bwrap's. bwrap tells
// which one that is and holds it back until we know.

import { constants } from 'node:os'
import { Duplex } from 'node:stream'
import { asCount, asRecord, parseJson } from '../../lib/contract/parse'
import type { ExitFacts } from '../../lib/contract/process-event'

/** Where bwrap writes the pid as JSON (`--info-fd`), and where it waits for a word of ours (`--block-fd`): behind the control channel. */
export const INFO_FD = 4
export const BLOCK_FD = 5
/** The answer of bwrap is some 200 bytes. */
const INFO_MAX = 4096
/** A shell and bwrap tell so that a signal has ended a process: 128 and its number. */
const SIGNAL_BASE = 128

/** `stdio`: of bwrap. `identified` is called once, before the process does anything. */
export function awaitEnclosed(stdio: readonly unknown[], identified: (pid: number) => void): void {
  const [info, block] = [stdio[INFO_FD], stdio[BLOCK_FD]]
  if (!(info instanceof Duplex && block instanceof Duplex)) return
  // It may end before it has read or written anything, which its exit tells.
  for (const pipe of [info, block]) pipe.on('error', () => {})
  let told = Buffer.alloc(0)
  info.on('data', (chunk: Buffer) => {
    told = Buffer.concat([told, chunk])
    const pid = asCount(asRecord(parseJson(told))?.['child-pid'])
    if (pid === undefined && told.length <= INFO_MAX) return
    info.destroy()
    if (pid === undefined) {
      block.destroy()
      return
    }
    identified(pid)
    block.end('\n')
  })
}

/** How the enclosed process has ended, by how bwrap did. */
export function exitOfEnclosed(exit: ExitFacts): ExitFacts {
  const number = (exit.code ?? 0) - SIGNAL_BASE
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return signal === undefined ? exit : { code: null, signal }
}
