// The client as other programs get it: from the packed package, by require, by import and by a page of a browser, with its types.

import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { startChromium } from '../support/browser'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed, PACKAGE_NAME, PACKAGE_ROOT } from '../support/node-red'
import { packPackage, type Tarball } from '../support/packed-package'

describe('the client of the packed package', function () {
  this.timeout(120_000)
  let tarball: Tarball
  let folder: string
  let device: ModbusDevice
  let nodeRed: NodeRed

  before(async () => {
    tarball = packPackage()
    folder = mkdtempSync(join(tmpdir(), 'collectors-client-'))
    const target = join(folder, 'node_modules', PACKAGE_NAME)
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball.path, '-C', target, '--strip-components=1'])
    device = await ModbusDevice.start()
    nodeRed = await NodeRed.start({
      flows: flowOf(supervisorNode(), readerNode('boiler', device.port)),
      // A page of another site gets in where the settings say so.
      settings: "httpAdminCors: { origin: '*', methods: 'GET,PUT,POST,DELETE' },",
    })
  })
  after(async () => {
    await nodeRed?.dispose()
    await device?.close()
    tarball.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const follow = (getClient: string): string => `
    ${getClient}.then(({ watchProcesses }) => {
      let asked = false
      const watch = watchProcesses({ url: ${JSON.stringify(nodeRed.url)} }, {
        async rows() {
          if (asked || watch.row('boiler')?.link !== 'connected') return
          asked = true
          const results = await watch.command({ command: 'restart', name: 'boiler' })
          watch.close()
          console.log(JSON.stringify(results))
        },
      })
    })`

  for (const [way, getClient] of [
    ['require', `Promise.resolve(require('${PACKAGE_NAME}/client'))`],
    ['import', `import('${PACKAGE_NAME}/client')`],
  ] as const) {
    it(`follows and commands a Node-RED, and lets the program end (${way})`, async () => {
      // The device lives in this process, which must not stand still meanwhile.
      const program = promisify(execFile)(process.execPath, ['-e', follow(getClient)], { cwd: folder, timeout: 60_000 })
      assert.deepEqual(JSON.parse((await program).stdout), [{ name: 'boiler', success: true }])
    })
  }

  it('is one module that a page loads as it is', async function () {
    const browser = await startChromium(this)
    const module = readFileSync(join(folder, 'node_modules', PACKAGE_NAME, 'dist', 'lib', 'client', 'index.mjs'))
    const server = createServer((req, res) => {
      const isModule = req.url === '/client.mjs'
      res.setHeader('Content-Type', isModule ? 'text/javascript' : 'text/html')
      res.end(isModule ? module : '<!doctype html><title>elsewhere</title>')
    })
    try {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
      const said = page.waitForEvent('console', (message) => message.text().startsWith('['))
      await page.addScriptTag({ type: 'module', content: follow("import('/client.mjs')") })
      assert.deepEqual(JSON.parse((await said).text()), [{ name: 'boiler', success: true }])
    } finally {
      await browser.close()
      server.close()
    }
  })

  it('has types that fit: a program in TypeScript compiles, and one that misuses it does not', () => {
    mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
    symlinkSync(join(PACKAGE_ROOT, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'))
    const compile = (...lines: string[]) => {
      const head = `import { watchProcesses, type ClientState, type ProcessRow } from '${PACKAGE_NAME}/client'`
      writeFileSync(join(folder, 'program.mts'), [head, ...lines].join('\n'))
      const tsc = join(PACKAGE_ROOT, 'node_modules', '.bin', 'tsc')
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'node20', '--types', 'node']
      const { status, stdout } = spawnSync(tsc, [...options, 'program.mts'], { cwd: folder, encoding: 'utf8' })
      return status === 0 ? '' : stdout
    }
    const sound = [
      "const watch = watchProcesses({ url: 'http://x', token: () => undefined }, { state: (s: ClientState) => void s })",
      'const row: ProcessRow | undefined = watch.row("x")',
      'export const done: boolean = (await watch.command({ command: "stop-all" })).every(({ success }) => success && row)',
    ]
    assert.equal(compile(...sound), '')
    assert.match(compile(...sound, "watch.command({ command: 'stop' })"), /name/)
  })
})
