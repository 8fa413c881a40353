// The package serialport is optional: what a collector does without it, with one that does not work, and when it needs none.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT_CONFIG } from '../../../lib/contract/lifecycle'
import { Child, configureFor } from '../../lib/collector/child'
import { PACKAGE_ROOT } from '../../support/node-red'
import { temporaryFolder } from '../../support/temporary-folder'

describe('a Modbus collector and the package serialport', () => {
  const folder = temporaryFolder()
  let child: Child | undefined

  afterEach(async () => {
    await child?.kill()
    child = undefined
  })

  /** The published file, away from everything that is installed here. */
  function start(config: object, serialport?: string): Child {
    const root = realpathSync(folder())
    const script = join(root, 'collector.js')
    copyFileSync(join(PACKAGE_ROOT, 'dist', 'nodes', 'modbus-in', 'collector.js'), script)
    if (serialport !== undefined) {
      mkdirSync(join(root, 'node_modules', 'serialport'), { recursive: true })
      writeFileSync(join(root, 'node_modules', 'serialport', 'index.js'), serialport)
    }
    child = new Child({ script })
    const tags = [{ name: 'value', address: 'hr0' }]
    child.send(configureFor(join(root, 'live.queue'), { name: 'press 4', supervisor: 'x', ...config, tags }))
    return child
  }

  it('needs it for a serial line, and says where to install it', async () => {
    const started = start({ transport: 'rtu', serialPort: '/dev/ttyUSB0' })
    const { kind, message } = await started.message('fault')
    assert.equal(kind, 'config')
    assert.match(
      message,
      /needs the package serialport; install it in Node-RED's user folder \(npm install serialport\)/,
    )
    assert.equal((await started.ended()).code, EXIT_CONFIG)
  })

  it('says what is wrong with one that does not load', async () => {
    const started = start({ transport: 'rtu', serialPort: 'COM3' }, "throw new Error('No native build was found')")
    const { kind, message } = await started.message('fault')
    assert.equal(kind, 'config')
    assert.match(message, /serialport does not load on this computer: No native build was found/)
    assert.equal((await started.ended()).code, EXIT_CONFIG)
  })

  for (const transport of ['tcp', 'rtu-over-tcp', 'udp']) {
    it(`never loads it for ${transport}`, async () => {
      const started = start({ transport, host: '127.0.0.1', port: 1 }, "process.stderr.write('loaded')")
      await started.message('link', ({ link }) => link === 'disconnected')
      assert.equal(started.stderr, '')
    })
  }
})
