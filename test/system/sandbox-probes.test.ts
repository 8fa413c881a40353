// Hostile code in a reader's process, behind each wall: what docs/security.md says to be stopped is stopped, and what it says to be open is
// open, so that nobody relies on a wall that is not there, and none that is there goes unmentioned.

import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asRecord, parseJson } from '../../lib/contract/parse'
import type { Wall } from '../../lib/contract/process-row'
import { Queue } from '../../lib/queue/queue'
import { Child, type ChildProgram } from '../../nodes/collector-supervisor/child'
import { makeLiveFolder, removeLiveFolder } from '../../nodes/collector-supervisor/live-folder'
import { makeQueuePlace, queuePath } from '../../nodes/collector-supervisor/queue-place'
import { collectorProgram, historianProgram } from '../../nodes/collector-supervisor/sandbox'
import { SupervisorWall } from '../../nodes/collector-supervisor/supervisor-wall'
import { PROBES, type Targets } from '../fixtures/hostile/probes'
import { PACKAGE_ROOT } from '../support/node-red'
import { until } from '../support/until'
import { skipWithoutWalls } from '../support/walls'

const SCRIPT = join(PACKAGE_ROOT, 'dist', 'test', 'fixtures', 'hostile', 'probes.js')
const MEMORY_LIMIT_MB = 256
/** Those that may end the process they are made in, or make another one of it. */
const ALONE = [
  'open its own debugger by SIGUSR1',
  'become another user',
  'become a member of another group',
  'take more memory than its limit',
]

type Outcomes = Record<string, string>

/** A process in the sandbox of a supervisor, and what it has told. */
class Suspect {
  readonly child: Child
  readonly outcomes: Outcomes = {}
  readonly reasons: Outcomes = {}
  readonly output: string[] = []
  begun = false
  /** It has made all its probes, or died of one. */
  over = false
  ended = false

  constructor(program: ChildProgram) {
    this.child = new Child(
      program,
      {
        identified: () => {},
        message: () => {},
        malformed: () => {},
        flood: () => {},
        unreachable: () => {},
        output: (_source, text) => this.#hear(text),
        spawnFailed: (_code, message) => assert.fail(message),
        exited: () => {
          this.over = true
          this.ended = true
        },
      },
      () => performance.now(),
    )
  }

  get pid(): number {
    return this.child.pid ?? assert.fail('it has no pid')
  }

  async end(): Promise<void> {
    this.child.kill()
    await until(() => this.ended, 10_000)
  }

  #hear(text: string): void {
    this.output.push(text)
    const told = asRecord(parseJson(Buffer.from(text)))
    if (told?.begun === true) this.begun = true
    if (told?.done === true) this.over = true
    if (typeof told?.probe !== 'string') return
    this.outcomes[told.probe] = String(told.outcome)
    this.reasons[told.probe] = String(told.reason)
  }
}

/** The build for this machine of an addon that is there. */
function serialportAddon(): string {
  const require = createRequire(join(PACKAGE_ROOT, 'package.json'))
  const folder = dirname(require.resolve('@serialport/bindings-cpp/package.json'))
  const found: unknown = require('node-gyp-build').path(folder)
  return typeof found === 'string' ? found : assert.fail('there is no addon')
}

/** Walls, with Node's permission model and without it, as if that had a hole. The columns of the table in the documentation. */
const COLUMNS: { title: string; wall: Wall; hasModel: boolean }[] = [
  { title: 'node', wall: 'node', hasModel: true },
  { title: 'user', wall: 'user', hasModel: true },
  { title: 'bubblewrap', wall: 'bubblewrap', hasModel: true },
  { title: 'user alone', wall: 'user', hasModel: false },
  { title: 'bubblewrap alone', wall: 'bubblewrap', hasModel: false },
]

/** The table's head, and its rows: probe -> outcomes in the order of the columns. */
function documented(): { head: string[]; rows: Map<string, string[]> } {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs', 'security.md'), 'utf8')
  const table = [...text.matchAll(/^\|(.+)\|$/gm)].map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))
  const isOutcome = (cell: string): boolean => cell === 'open' || cell === 'stopped'
  const rows = table.filter((cells) => cells.length === COLUMNS.length + 1 && cells.slice(1).every(isOutcome))
  const head = table.find((cells) => cells[0] === 'What it tries') ?? []
  return { head: head.slice(1), rows: new Map(rows.map(([probe = '', ...outcomes]) => [probe, outcomes])) }
}

describe('the documentation of what hostile code can do', () => {
  it('has a row for each probe, and no other', () => {
    const { head, rows } = documented()
    assert.deepEqual(
      head,
      COLUMNS.map(({ title }) => title),
    )
    assert.deepEqual([...rows.keys()].sort(), Object.keys(PROBES).sort())
    assert.ok(Object.keys(PROBES).length >= 66)
  })
})

for (const [column, { title, wall, hasModel }] of COLUMNS.entries()) {
  describe(`hostile code in the sandbox: ${title}`, function () {
    this.timeout(120_000)
    const closing: (() => unknown)[] = []
    const suspects: Suspect[] = []
    let walled: SupervisorWall
    let targets: Targets

    before(async function () {
      // What is open to the same user is, to a wall that has none, what is open to root.
      skipWithoutWalls(this)
      targets = await prepare()
    })
    after(async () => {
      for (const suspect of suspects) await suspect.end()
      for (const close of closing.reverse()) close()
      delete process.env.PROBE_SECRET
    })

    async function prepare(): Promise<Targets> {
      const userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
      closing.push(() => rmSync(userDir, { recursive: true, force: true }))
      chmodSync(userDir, 0o711)
      const folder = join(userDir, 'collectors', 'supervisor')
      mkdirSync(join(folder, 'run'), { recursive: true, mode: 0o700 })
      const live = makeLiveFolder(0)
      closing.push(() => removeLiveFolder(live))
      makeQueuePlace(folder)
      const paths = {
        flows: fileIn(userDir, 'flows.json', '[]'),
        credentials: fileIn(userDir, 'flows_cred.json', '{}'),
        module: fileIn(userDir, 'module.js', 'module.exports = 1'),
        addon: serialportAddon(),
        database: databaseIn(userDir, 'other.db'),
        history: databaseIn(folder, 'history.db'),
        durable: queueAt(queuePath(folder)),
        live: queueAt(join(live, 'live.queue')),
      }
      for (const name of ['to-be-removed', 'to-be-renamed']) fileIn(userDir, name, '')
      process.env.PROBE_SECRET = 'secret'
      const hear = (): void => {}
      process.on('SIGUSR1', hear)
      closing.push(() => process.removeListener('SIGUSR1', hear))
      walled = new SupervisorWall({ folder, wish: wall, live: () => live, warn: (text) => assert.fail(text) })
      await walled.ready()
      return {
        userDir,
        ...paths,
        publicSocket: await socketAt(join(userDir, 'public.sock'), 0o666),
        privateSocket: await socketAt(join(userDir, 'private.sock'), 0o600),
        abstractSocket: await socketAt(`\0collectors-probe-${process.pid}-${column}`),
        tcpPort: await tcpPort(),
        udpPort: await udpPort(),
        parent: process.pid,
        reader: (await idle(reader([]))).pid,
        historian: (await idle(historian(folder))).pid,
      }
    }

    function fileIn(folder: string, name: string, content: string): string {
      const path = join(folder, name)
      writeFileSync(path, content, { mode: 0o600 })
      return path
    }

    function databaseIn(folder: string, name: string): string {
      const path = fileIn(folder, name, '')
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE secret (x); INSERT INTO secret VALUES (1)')
      database.close()
      return path
    }

    function queueAt(path: string): string {
      const queue = Queue.create(path, { capacityBytes: 2 ** 20 })
      closing.push(() => queue.close())
      return path
    }

    async function socketAt(path: string, mode?: number): Promise<string> {
      const server = net.createServer((socket) => socket.on('error', () => {}).destroy())
      closing.push(() => server.close())
      server.listen(path)
      await once(server, 'listening')
      if (mode !== undefined) chmodSync(path, mode)
      return path
    }

    async function tcpPort(): Promise<number> {
      const server = net.createServer((socket) => socket.on('error', () => {}).destroy())
      closing.push(() => server.close())
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : assert.fail('no port')
    }

    async function udpPort(): Promise<number> {
      const socket = dgram.createSocket('udp4')
      closing.push(() => socket.close())
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      return socket.address().port
    }

    function reader(probes: readonly string[]): ChildProgram {
      const program = collectorProgram(SCRIPT, MEMORY_LIMIT_MB)
      const around = walled.aroundReader(withArguments(program, probes), [])
      return hasModel ? around : { ...around, args: around.args.filter((arg) => !/^--(permission|allow-)/.test(arg)) }
    }

    function historian(folder: string): ChildProgram {
      return walled.aroundHistorian(withArguments(historianProgram(SCRIPT, MEMORY_LIMIT_MB, folder), []), [])
    }

    function withArguments(program: ChildProgram, probes: readonly string[]): ChildProgram {
      return { ...program, args: [...program.args, JSON.stringify(targets ?? {}), JSON.stringify(probes)] }
    }

    async function idle(program: ChildProgram): Promise<Suspect> {
      const suspect = new Suspect(program)
      suspects.push(suspect)
      await until(() => suspect.begun || suspect.over, 20_000)
      assert.ok(suspect.begun, suspect.output.join('\n'))
      return suspect
    }

    async function made(probes: readonly string[]): Promise<Suspect> {
      const suspect = await idle(reader(probes))
      await until(() => suspect.over, 60_000)
      return suspect
    }

    it('does what the documentation says, and no more', async () => {
      const together = Object.keys(PROBES).filter((probe) => !ALONE.includes(probe))
      const all = [await made(together)]
      for (const probe of ALONE) all.push(await made([probe]))
      const reasons = Object.assign({}, ...all.map((one) => one.reasons))
      const outcomes: Outcomes = Object.assign({}, ...all.map((one) => one.outcomes))
      const { rows } = documented()
      const wrong = Object.keys(PROBES).flatMap((probe) => {
        // Whoever dies of it has done nothing.
        const outcome = outcomes[probe] ?? (ALONE.includes(probe) ? 'stopped' : 'no outcome')
        const wanted = rows.get(probe)?.[column]
        return outcome === wanted ? [] : [`${probe}: ${outcome}, not ${wanted} (${reasons[probe] ?? ''})`]
      })
      assert.deepEqual(wrong, [])
    })
  })
}
