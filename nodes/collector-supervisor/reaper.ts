// The last thing that Node-RED does: a process that outlives it for a moment kills those children that do not end by themselves.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { processStartTime } from './process-identity'

const SCRIPT = join(__dirname, 'reaper-process.js')

/** For `exit`, where no event loop is left: it waits for nothing. */
export function leaveToReaper(pids: readonly number[]): void {
  const orphans = pids.flatMap((pid) => {
    const startTime = processStartTime(pid)
    return startTime === undefined ? [] : [`${pid}=${startTime}`]
  })
  if (orphans.length === 0) return
  try {
    const reaper = spawn(process.execPath, [SCRIPT, ...orphans], { detached: true, stdio: 'ignore', env: {} })
    reaper.on('error', () => {})
    reaper.unref()
  } catch {
    // No room for another process: the next start ends what is left behind.
  }
}
