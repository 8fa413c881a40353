// The queue as other programs get it: from the packed package, with its types, and with the example that shows how to use it.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Queue } from '../../lib/queue/queue'
import { PACKAGE_NAME, PACKAGE_ROOT } from '../support/node-red'
import { packPackage, type Tarball } from '../support/packed-package'

describe('the queue of the packed package', function () {
  this.timeout(120_000)
  let tarball: Tarball
  let folder: string

  before(() => {
    tarball = packPackage()
    folder = mkdtempSync(join(tmpdir(), 'collectors-queue-'))
    // it needs no other package, so nothing has to be installed
    const target = join(folder, 'node_modules', PACKAGE_NAME)
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball.path, '-C', target, '--strip-components=1'])
  })
  after(() => {
    tarball.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (program: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  }

  it('is required by its name, as is package.json, and by import as well', () => {
    const names = run(`console.log(JSON.stringify(Object.keys(require('${PACKAGE_NAME}/queue'))))`)
    assert.deepEqual(names.sort(), ['CAPACITY_MIN_BYTES', 'Queue', 'QueueError'])
    const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))
    assert.equal(run(`console.log(JSON.stringify(require('${PACKAGE_NAME}/package.json').version))`), version)
    const type = `import('${PACKAGE_NAME}/queue').then(({ Queue }) => console.log(JSON.stringify(typeof Queue.create)))`
    assert.equal(run(type), 'function')
  })

  it('lets Node-RED load its nodes from where package.json says', () => {
    const { 'node-red': nodeRed } = JSON.parse(
      readFileSync(join(folder, 'node_modules', PACKAGE_NAME, 'package.json'), 'utf8'),
    )
    for (const file of Object.values(nodeRed.nodes)) {
      const path = JSON.stringify(join(folder, 'node_modules', PACKAGE_NAME, String(file)))
      assert.ok(readFileSync(JSON.parse(path)).length > 0)
      assert.equal(run(`console.log(JSON.stringify(require.resolve(${path})))`), JSON.parse(path))
    }
  })

  it('has types that fit: a program in TypeScript compiles, and one that misuses it does not', () => {
    mkdirSync(join(folder, 'node_modules', '@types'))
    symlinkSync(join(PACKAGE_ROOT, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'))
    const compile = (lines: string[]) => {
      const source = [`import { Queue, QueueError, type Message } from '${PACKAGE_NAME}/queue'`, ...lines].join('\n')
      writeFileSync(join(folder, 'program.mts'), source)
      const tsc = join(PACKAGE_ROOT, 'node_modules', '.bin', 'tsc')
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'node20', '--types', 'node']
      const { status, stdout } = spawnSync(tsc, [...options, 'program.mts'], { cwd: folder, encoding: 'utf8' })
      return status === 0 ? '' : stdout
    }
    const sound = [
      "const queue = Queue.create('x', { capacityBytes: 1e6, durability: 'power', whenFull: 'refuse' })",
      "queue.send({ origin: 'o', to: 't', title: 'x', data: 1, time: '', weight: 3 }, { priority: 1 })",
      "const messages: Message[] = await queue.receiveWithin('t', { max: 1, leaseMs: 1, timeoutMs: 1 })",
      'const acknowledged: number = queue.ack(messages.map(({ id }) => id))',
      "export const kind = new QueueError('QueueFull', String(acknowledged)).kind",
    ]
    assert.equal(compile(sound), '')
    assert.match(compile([...sound, "queue.receiveWithin('t', { max: 1, timeoutMs: 1 })"]), /leaseMs/)
  })

  it('does the jobs of its example, each once, with two workers', async () => {
    const example = join(folder, 'node_modules', PACKAGE_NAME, 'examples', 'queue')
    const path = join(folder, 'jobs.queue')
    const start = async (file: string, ...args: string[]) => {
      const child = spawn(process.execPath, [join(example, file), path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
      assert.equal(code, 0, errors)
      return output
    }
    assert.match(await start('producer.js', '60'), /sent 60 jobs/)
    const outputs = await Promise.all([start('worker.js'), start('worker.js')])
    const counts = outputs.map((output) => Number(/did (\d+) jobs/.exec(output)?.[1]))
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      59,
    )
    assert.ok(counts.every((count) => count > 0))
    const queue = Queue.connect(path)
    const { sent, delivered, dead } = queue.status()
    queue.close()
    assert.deepEqual({ sent, delivered, dead }, { sent: 60, delivered: 59, dead: 1 })
  })
})
