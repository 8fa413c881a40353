// What the tests of walls need of the machine: root, for processes of another user, and bubblewrap.

import { spawnSync } from 'node:child_process'

/** Skipped loudly by a user, and a failure under CI, where both are there. */
export function skipWithoutWalls(context: Mocha.Context): void {
  const missing = missingWalls()
  if (missing === undefined) return
  if (process.env.CI) throw new Error(`the walls cannot be tested: ${missing}`)
  console.warn(`      skipped: ${missing}`)
  context.skip()
}

function missingWalls(): string | undefined {
  if (process.platform !== 'linux') return 'they exist on Linux only'
  if (process.geteuid?.() !== 0) return 'processes of another user need root'
  const { error, status, stderr } = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], {
    encoding: 'utf8',
  })
  if (error) return 'the package bubblewrap is not installed'
  return status === 0 ? undefined : `bubblewrap does not work here: ${stderr.trim()}`
}
