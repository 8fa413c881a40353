// Signals to a child and everything it may have started. A child leads its own process group.

const WINDOWS = process.platform === 'win32'

/** False if nobody of the group is there any more. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Windows has no process groups; Node ends the one process there.
    return process.kill(WINDOWS ? pid : -pid, signal)
  } catch (error) {
    // EPERM: somebody is there whom we may not signal
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function groupIsEmpty(pid: number): boolean {
  return !signalGroup(pid, 0)
}
