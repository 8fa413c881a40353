import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMissing } from '../../../nodes/collector-supervisor/missing-file'
import { temporaryFolder } from '../../support/temporary-folder'

describe('what is missing of a program', () => {
  const temporary = temporaryFolder()
  const program = (changes: { command?: string; cwd?: string; script?: string }) => {
    const { command = process.execPath, cwd = temporary(), script = join(temporary(), 'collector.js') } = changes
    return { command, cwd, args: ['--permission', script], env: {} }
  }
  beforeEach(() => writeFileSync(join(temporary(), 'collector.js'), ''))

  it('is nothing where all of it is there', () => assert.equal(describeMissing(program({})), undefined))

  const advice = 'if it was moved or updated, restart Node-RED'
  for (const [what, changes, text] of [
    ["Node's program", { command: '/nowhere/node' }, `Node's program is missing at /nowhere/node: ${advice}`],
    ['its folder', { cwd: '/nowhere' }, `the package's folder is missing at /nowhere: ${advice}`],
    ['its script', { script: '/nowhere/a.js' }, `the package's a.js is missing at /nowhere/a.js: ${advice}`],
  ] as const) {
    it(`is told of ${what}`, () => assert.equal(describeMissing(program(changes)), text))
  }
})
