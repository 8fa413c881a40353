// Run files against real processes: what an earlier run left behind is ended, and nobody else.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { groupIsEmpty, signalGroup } from '../../../nodes/collector-supervisor/process-group'
import { processStartTime } from '../../../nodes/collector-supervisor/process-identity'
import { RunFiles } from '../../../nodes/collector-supervisor/run-files'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

describe('run files', () => {
  const temporary = temporaryFolder()
  const started: ChildProcess[] = []

  afterEach(() => {
    for (const { pid } of started.splice(0)) if (pid !== undefined) signalGroup(pid, 'SIGKILL')
  })

  const files = new FileWriter()
  const folder = (): string => join(temporary(), 'run')
  const names = (): string[] => readdirSync(folder())
  const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

  /** A process that leads its own group, as a child of a supervisor does; it has said a word, so it is under way. */
  async function start(script: string): Promise<{ child: ChildProcess; pid: number }> {
    const child = spawn('/bin/sh', ['-c', `${script} & echo; wait`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    started.push(child)
    assert.ok(child.stdout && child.pid !== undefined)
    await once(child.stdout, 'data')
    return { child, pid: child.pid }
  }

  it('lie in a private folder, private themselves, one for each recipient, and go again', async () => {
    const { pid } = await start('sleep 1000')
    const runFiles = new RunFiles(folder(), files)
    await runFiles.write('a1', pid)
    await runFiles.write('../b 2', pid)
    assert.deepEqual(names().sort(), ['..%2Fb%202.run', 'a1.run'])
    assert.deepEqual(JSON.parse(readFileSync(join(folder(), 'a1.run'), 'utf8')), {
      pid,
      startTime: processStartTime(pid),
      owner: { pid: process.pid, startTime: processStartTime(process.pid) },
    })
    assert.equal(statSync(folder()).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder(), 'a1.run')).mode & 0o777, 0o600)
    await runFiles.remove('../b 2')
    await runFiles.remove('a1')
    await runFiles.remove('a1')
    assert.deepEqual(names(), [])
  })

  it('are not written for a process that is gone already', async () => {
    const runFiles = new RunFiles(folder(), files)
    await runFiles.write('a1', 2 ** 22 + 1)
    assert.deepEqual(names(), [])
  })

  it('have nothing to sweep at first', async () => assert.deepEqual(await new RunFiles(folder(), files).sweep(), []))

  for (const [what, signal] of [
    ['a process', 0],
    ['a process that stands still', 'SIGSTOP'],
  ] as const) {
    it(`lead to ${what} of an earlier run, and it is ended with its group`, async () => {
      const { child, pid } = await start('sleep 1000')
      signalGroup(pid, signal)
      await new RunFiles(folder(), files).write('a1', pid)
      assert.deepEqual(await new RunFiles(folder(), files).sweep(), [pid])
      await until(() => !isAlive(child))
      assert.equal(child.signalCode, 'SIGTERM')
      assert.deepEqual(names(), [])
      assert.ok(groupIsEmpty(pid))
    })
  }

  it('lead to a process that will not hear, and it is killed', async () => {
    const { child, pid } = await start("trap '' TERM; sleep 1000")
    await new RunFiles(folder(), files).write('a1', pid)
    assert.deepEqual(await new RunFiles(folder(), files).sweep(), [pid])
    await until(() => !isAlive(child))
    assert.equal(child.signalCode, 'SIGKILL')
    assert.deepEqual(names(), [])
  })

  it('do no harm to a process that has got the same pid since', async () => {
    const { child, pid } = await start('sleep 1000')
    const runFiles = new RunFiles(folder(), files)
    for (const startTime of ['other', `${processStartTime(pid)}0`, '']) {
      writeFileSync(join(folder(), 'a1.run'), JSON.stringify({ pid, startTime }))
      assert.deepEqual(await runFiles.sweep(), [])
      assert.deepEqual([isAlive(child), names()], [true, []])
    }
  })

  it('lead to a process only when the Node-RED that has started it is gone: else they are a copy', async () => {
    const owner = await start('sleep 1000')
    const { child, pid } = await start('sleep 1000')
    const runFiles = new RunFiles(folder(), files)
    const write = (startTime: string | undefined): void => {
      const run = { pid, startTime: processStartTime(pid), owner: { pid: owner.pid, startTime } }
      writeFileSync(join(folder(), 'a1.run'), JSON.stringify(run))
    }
    write(processStartTime(owner.pid))
    assert.deepEqual(await runFiles.sweep(), [])
    assert.deepEqual([isAlive(child), names()], [true, []])
    write('a time before')
    assert.deepEqual(await runFiles.sweep(), [pid])
  })

  it('that are garbage harm nobody, and go', async () => {
    const { child, pid } = await start('sleep 1000')
    const startTime = processStartTime(pid)
    const garbage: unknown[] = [
      null,
      5,
      [],
      {},
      { pid },
      { startTime },
      { pid: String(pid), startTime },
      { pid: pid + 0.5, startTime },
      { pid, startTime: 5 },
      { pid: -pid, startTime },
    ]
    const runFiles = new RunFiles(folder(), files)
    garbage.forEach((content, index) => {
      writeFileSync(join(folder(), `${index}.run`), JSON.stringify(content))
    })
    writeFileSync(join(folder(), 'empty.run'), '')
    writeFileSync(join(folder(), 'half.run'), '{"pid":')
    assert.deepEqual(await runFiles.sweep(), [])
    assert.deepEqual([isAlive(child), names()], [true, []])
  })

  it('are swept though something else lies among them', async () => {
    const { pid } = await start('sleep 1000')
    const runFiles = new RunFiles(folder(), files)
    mkdirSync(join(folder(), 'folder.run'))
    writeFileSync(join(folder(), 'a1.run.new'), '{"pid":')
    writeFileSync(join(folder(), 'notes.txt'), 'keep me')
    await runFiles.write('a1', pid)
    assert.deepEqual(await runFiles.sweep(), [pid])
    assert.deepEqual(names().sort(), ['folder.run', 'notes.txt'])
  })
})

describe('the start time of a process', () => {
  it('stays the same, and is no other process’s', async () => {
    assert.equal(processStartTime(process.pid), processStartTime(process.pid))
    const child = spawn('/bin/sh', ['-c', 'sleep 1000'], { stdio: 'ignore' })
    assert.ok(child.pid !== undefined)
    assert.ok(processStartTime(child.pid) !== undefined)
    assert.notEqual(processStartTime(child.pid), processStartTime(process.pid))
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.equal(processStartTime(child.pid), undefined)
  })

  it('is right for a name with blanks and parentheses', async () => {
    const child = spawn(
      process.execPath,
      ['-e', "process.title = 'a) Z 1 (b'; console.log(); setTimeout(() => {}, 1e6)"],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    await once(child.stdout, 'data')
    assert.match(processStartTime(child.pid ?? 0) ?? '', /^[-0-9a-f]{36}:\d+$/)
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
})
