// A program that has no file descriptor left, and then starts a child.

import { openSync } from 'node:fs'
import { Child } from '../../../nodes/collector-supervisor/child'

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
say('begun')
const listener = {
  message: () => {},
  identified: () => {},
  malformed: () => {},
  flood: () => {},
  unreachable: () => say('unreachable'),
  output: () => {},
  spawnFailed: (code: string) => say(code),
  exited: () => say('exited'),
}
// Whatever Node loads for a first child is loaded.
const program = { command: '/nowhere/there-is-no-such-program', args: [], cwd: '/', env: {} }
new Child(program, listener, () => performance.now())
setImmediate(() => {
  try {
    for (;;) openSync('/dev/null', 'r')
  } catch {
    new Child({ ...program, command: '/bin/true' }, listener, () => performance.now())
  }
})
