// Node's program, or this package, is away for a moment, as during an update, when a reader has to be started again: the reader says
// what is missing, and runs again when it is back, by itself or by a deploy.

import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed, PACKAGE_NAME } from '../support/node-red'
import { installStubbornPackage } from '../support/stubborn-package'

const READER = 'boiler'
/** Longer than the test waits: what runs again before has been started by the deploy. */
const NEVER_S = 3_000

describe('a reader that has to be started while', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let folder: string
  let nodeRed: NodeRed | undefined

  before(async () => {
    device = await ModbusDevice.start()
  })
  after(() => device.close())
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'collectors-test-')))
  })
  afterEach(async () => {
    await nodeRed?.dispose()
    nodeRed = undefined
    rmSync(folder, { recursive: true, force: true })
  })

  function flow(restartDelay: number): FlowNode[] {
    const supervisor = supervisorNode({ restartDelay, restartDelayMax: restartDelay })
    return flowOf(supervisor, readerNode(READER, device.port))
  }

  /** A Node-RED of its own Node and its own copy of the package, both of which can be moved away. */
  async function start(restartDelay: number): Promise<NodeRed> {
    const program = join(folder, 'node')
    copyFileSync(process.execPath, program)
    const launcher = ['/bin/sh', '-c', `shift; exec ${program} "$@"`, 'sh']
    const userDir = join(folder, 'user')
    nodeRed = await NodeRed.start({ flows: flow(restartDelay), userDir, launcher, install: installStubbornPackage })
    await nodeRed.rowWhen(READER, ({ status, tags }) => status === 'running' && tags.good === 1)
    return nodeRed
  }

  const parts = [
    {
      what: "Node's program is away",
      path: () => join(folder, 'node'),
      text: /Node's program is missing at .*\/node: /,
    },
    {
      what: "the package's folder is away",
      path: () => join(folder, 'user', 'node_modules', PACKAGE_NAME),
      text: /the package's folder is missing at .*node-red-collectors: if it was moved or updated, restart Node-RED/,
    },
    {
      what: "the package's script is away",
      path: () => join(folder, 'user', 'node_modules', PACKAGE_NAME, 'dist', 'nodes', 'modbus-in', 'collector.js'),
      text: /the package's collector.js is missing at .*collector.js: /,
    },
  ]
  for (const { what, path, text } of parts) {
    const endReader = async (runner: NodeRed): Promise<void> => {
      renameSync(path(), `${path()}.away`)
      process.kill((await runner.row(READER)).pid ?? assert.fail(), 'SIGKILL')
      await runner.rowWhen(READER, ({ pid }) => pid === null)
      const { results } = await runner.command(`${READER}/start`)
      assert.match(results[0]?.error ?? '', text)
      assert.match((await runner.row(READER)).last_error ?? '', text)
    }

    it(`${what} says so, and runs again by itself`, async () => {
      const runner = await start(0.5)
      await endReader(runner)
      renameSync(`${path()}.away`, path())
      await runner.rowWhen(READER, ({ status, tags }) => status === 'running' && tags.good === 1)
    })

    it(`${what} is tried at once by a deploy`, async () => {
      const runner = await start(NEVER_S)
      await endReader(runner)
      renameSync(`${path()}.away`, path())
      await runner.deploy(flow(NEVER_S))
      await runner.rowWhen(READER, ({ status, tags }) => status === 'running' && tags.good === 1)
    })
  }
})
