// Real processes: how they start, what they say, and how they end.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FromChild } from '../../../lib/contract/control'
import type { ExitFacts } from '../../../lib/contract/process-event'
import { Child, type ChildProgram } from '../../../nodes/collector-supervisor/child'
import { groupIsEmpty, signalGroup } from '../../../nodes/collector-supervisor/process-group'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

const READY: FromChild = { type: 'ready', generation: 1, version: 1 }

/** A child, and all that it has told so far. */
class Witness {
  readonly child: Child
  readonly told: string[] = []
  readonly messages: FromChild[] = []
  malformed = 0
  exit: ExitFacts | undefined
  failure: string | undefined

  constructor(program: Partial<ChildProgram>) {
    const whole = { command: '/bin/sh', args: [], cwd: '/', env: { PATH: process.env.PATH ?? '' }, ...program }
    this.child = new Child(
      whole,
      {
        identified: () => {},
        message: (message) => this.messages.push(message),
        malformed: () => this.malformed++,
        flood: () => {},
        unreachable: () => this.told.push('unreachable'),
        output: (source, text) => this.told.push(`${source}: ${text}`),
        spawnFailed: (code, message) => {
          this.failure = `${code}: ${message}`
          this.told.push('failed')
        },
        exited: (exit) => {
          this.exit = exit
          this.told.push('exited')
        },
      },
      () => performance.now(),
    )
  }

  get pid(): number {
    assert.ok(this.child.pid !== undefined, this.failure)
    return this.child.pid
  }

  async ended(): Promise<ExitFacts | undefined> {
    await until(() => this.exit !== undefined, 10_000)
    return this.exit
  }

  /** Waits for a line of output that begins with this; returns the rest of it. */
  async said(beginning: string): Promise<string> {
    await until(() => this.told.some((text) => text.startsWith(beginning)), 10_000)
    return this.told.find((text) => text.startsWith(beginning))?.slice(beginning.length) ?? ''
  }
}

describe('a child process', () => {
  const witnesses: Witness[] = []
  const leftovers: number[] = []
  const folder = temporaryFolder()

  const start = (program: Partial<ChildProgram>): Witness => {
    const witness = new Witness(program)
    witnesses.push(witness)
    return witness
  }
  const shell = (script: string): Witness => start({ args: ['-c', script] })

  afterEach(async () => {
    for (const pid of leftovers.splice(0)) signalGroup(pid, 'SIGKILL')
    for (const witness of witnesses.splice(0)) {
      witness.child.kill()
      await until(() => witness.exit !== undefined || witness.failure !== undefined, 10_000)
    }
  })

  const exits: { how: string; script: string; exit: ExitFacts }[] = [
    { how: 'by itself', script: 'exit 0', exit: { code: 0, signal: null } },
    { how: 'with a code', script: 'exit 78', exit: { code: 78, signal: null } },
    { how: 'by SIGKILL', script: 'kill -KILL $$', exit: { code: null, signal: 'SIGKILL' } },
    { how: 'by SIGSEGV', script: 'kill -SEGV $$', exit: { code: null, signal: 'SIGSEGV' } },
  ]
  for (const { how, script, exit } of exits) {
    it(`tells once that it ended ${how}`, async () => {
      const witness = shell(script)
      assert.equal(witness.exit, undefined)
      assert.deepEqual(await witness.ended(), exit)
      assert.ok(groupIsEmpty(witness.pid))
      assert.deepEqual(
        witness.told.filter((text) => text !== 'unreachable'),
        ['exited'],
      )
    })
  }

  const failures: { what: string; program(): Partial<ChildProgram>; code: string }[] = [
    { what: 'a program that is not there', program: () => ({ command: '/nowhere/node' }), code: 'ENOENT' },
    { what: 'a folder that is not there', program: () => ({ cwd: '/nowhere' }), code: 'ENOENT' },
    {
      what: 'a file that is no program',
      program: () => {
        const command = join(folder(), 'text')
        writeFileSync(command, 'text')
        chmodSync(command, 0o600)
        return { command }
      },
      code: 'EACCES',
    },
    {
      what: 'an argument that no program can have',
      program: () => ({ args: ['a\0b'] }),
      code: 'ERR_INVALID_ARG_VALUE',
    },
  ]
  for (const { what, program, code } of failures) {
    it(`cannot be started with ${what}, and says so once, later`, async () => {
      const witness = start(program())
      assert.deepEqual([witness.child.pid, witness.told], [undefined, []])
      witness.child.terminate()
      witness.child.kill()
      assert.equal(witness.child.send({ type: 'stop', generation: 1, graceMs: 1 }), false)
      await until(() => witness.failure !== undefined)
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepEqual(witness.told, ['failed'])
      assert.ok(witness.failure?.startsWith(`${code}: `), witness.failure)
    })
  }

  it('leaves no file open when it cannot be started', async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length
    const failed = async (): Promise<void> => {
      const witness = start({ command: '/nowhere/node' })
      await until(() => witness.failure !== undefined)
    }
    await failed()
    const before = openFiles()
    for (let time = 0; time < 20; time++) await failed()
    await until(() => openFiles() <= before)
  })

  it('leaves no file open when it has ended', async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length
    await shell('echo a; exit 1').ended()
    const before = openFiles()
    for (let time = 0; time < 10; time++) await shell('echo a; exit 1').ended()
    await until(() => openFiles() <= before)
  })

  it('cannot be started without a file descriptor left, and says so', async () => {
    const program = join(__dirname, 'out-of-files.js')
    const script = `ulimit -n 48; exec '${process.execPath}' '${program}'`
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { timeout: 10_000 })
    assert.deepEqual(stdout.trim().split('\n'), ['begun', 'ENOENT', 'EMFILE'])
  })

  it('gets this environment and no other, this folder, and no input', async () => {
    const witness = start({
      args: ['-c', 'pwd; echo "$SECRET"; cat; env | grep -v "^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD="'],
      cwd: folder(),
      env: { PATH: process.env.PATH ?? '', SECRET: 'no' },
    })
    await witness.ended()
    const lines = witness.told.filter((text) => text.startsWith('stdout: '))
    assert.deepEqual(
      lines.sort(),
      [`stdout: ${folder()}`, `stdout: PATH=${process.env.PATH}`, 'stdout: SECRET=no', 'stdout: no'].sort(),
    )
  })

  it('is heard to the last word before its end is told', async () => {
    for (let time = 0; time < 10; time++) {
      const witness = shell('echo why >&2; echo last words; printf "without end"; exit 1')
      await witness.ended()
      const told = witness.told.filter((text) => text !== 'unreachable')
      assert.equal(told.pop(), 'exited')
      assert.deepEqual(told.sort(), ['stderr: why', 'stdout: last words', 'stdout: without end'])
    }
  })

  it('speaks and listens over a channel of its own', async () => {
    const witness = shell(`echo '${JSON.stringify(READY)}' >&3; echo nonsense >&3; read line <&3; echo "$line"`)
    assert.equal(witness.child.send({ type: 'stop', generation: 7, graceMs: 5 }), true)
    assert.equal(await witness.said('stdout: '), '{"type":"stop","generation":7,"graceMs":5}')
    await witness.ended()
    assert.deepEqual([witness.messages, witness.malformed], [[READY], 1])
    assert.equal(witness.child.send({ type: 'stop', generation: 7, graceMs: 5 }), false)
  })

  it('is unreachable when it has closed its channel and lives on', async () => {
    const witness = shell('exec 3>&-; echo closed; sleep 1000')
    await until(() => witness.told.includes('unreachable'))
    assert.equal(witness.exit, undefined)
    assert.equal(witness.child.send({ type: 'stop', generation: 1, graceMs: 1 }), false)
    witness.child.kill()
    assert.deepEqual(await witness.ended(), { code: null, signal: 'SIGKILL' })
    assert.equal(witness.told.filter((text) => text === 'unreachable').length, 1)
  })

  it('can be terminated though it was stopped', async () => {
    const witness = shell('echo begun; kill -STOP $$; sleep 1000')
    await witness.said('stdout: begun')
    witness.child.terminate()
    assert.deepEqual(await witness.ended(), { code: null, signal: 'SIGTERM' })
  })

  it('can be killed though it will not hear', async () => {
    const witness = shell("trap '' TERM; echo deaf; while :; do sleep 0.05; done")
    await witness.said('stdout: deaf')
    witness.child.terminate()
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(witness.exit, undefined)
    witness.child.kill()
    assert.deepEqual(await witness.ended(), { code: null, signal: 'SIGKILL' })
  })

  it('is not gone before everything it has started is gone', async () => {
    const witness = shell("(trap '' TERM; echo grandchild; sleep 1000) & sleep 0.2; exit 3")
    await witness.said('stdout: grandchild')
    assert.deepEqual(await witness.ended(), { code: 3, signal: null })
    assert.ok(groupIsEmpty(witness.pid))
  })

  it('is gone though somebody who has left its group still holds its pipes', async () => {
    const witness = shell("setsid sh -c 'echo $$; sleep 1000' & sleep 0.2; exit 3")
    leftovers.push(Number(await witness.said('stdout: ')))
    assert.deepEqual(await witness.ended(), { code: 3, signal: null })
    assert.ok(groupIsEmpty(witness.pid))
  })
})
