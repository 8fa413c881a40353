// What is published works where it is installed: in the newest Node-RED and in the oldest that is supported.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed, PACKAGE_NAME, PACKAGE_ROOT } from '../support/node-red'
import { installNodeRed, installTarball, packPackage, type Tarball } from '../support/packed-package'

const TYPES = ['collector-supervisor', 'melsec-in', 'modbus-in', 'opcua-in', 'status-broadcast']
const OLDEST_NODE_RED = '4.1'

describe('the packed package', function () {
  this.timeout(400_000)
  let tarball: Tarball
  let device: ModbusDevice

  before(async () => {
    tarball = packPackage()
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    device.memory.set('holding', 0, 4711)
  })
  after(async () => {
    await device.close()
    tarball.remove()
  })

  it('holds what is allowed and nothing else', () => {
    const allowed =
      /^(package\.json|README(\.zh-CN)?\.md|CHANGELOG\.md|LICENSE|THIRD_PARTY_NOTICES\.md|docs\/[\w-]+\.md|examples\/.+\.(json|vue)|examples\/queue\/.+\.(js|md)|dist\/(nodes|lib|sidebar)\/.+\.(js|d\.ts|html|json|svg|txt)|dist\/lib\/client\/index\.mjs)$/
    assert.deepEqual(
      tarball.files.filter((path) => !allowed.test(path)),
      [],
    )
  })

  it('holds every file that Node-RED is told of, and its catalogs and icons', () => {
    for (const type of TYPES) {
      for (const file of [`${type}.js`, `${type}.html`, `locales/en-US/${type}.json`, `locales/zh-CN/${type}.json`]) {
        assert.ok(tarball.files.includes(`dist/nodes/${type}/${file}`), `${type}/${file}`)
      }
    }
    for (const type of ['modbus-in', 'melsec-in', 'opcua-in']) {
      assert.ok(tarball.files.includes(`dist/nodes/${type}/collector.js`), type)
    }
  })

  it('needs few packages, from the registry, and runs nothing when it is installed', () => {
    const {
      dependencies,
      optionalDependencies = {},
      scripts,
    } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))
    assert.ok(Object.keys(dependencies).length <= 6)
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      assert.match(String(version), /^[\^~]?\d/, name)
    }
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(script in scripts), script)
  })

  const surroundings = [
    { title: 'the Node-RED it is developed with', older: false, folder: 'collectors-user-' },
    { title: `Node-RED ${OLDEST_NODE_RED}`, older: true, folder: 'collectors-user-' },
    { title: 'a user folder whose path has blanks', older: false, folder: 'collectors user ' },
  ]
  for (const { title, older, folder } of surroundings) {
    it(`registers its nodes and reads a device in ${title}`, async () => {
      const userDir = mkdtempSync(join(tmpdir(), folder))
      const installed = older ? installNodeRed(OLDEST_NODE_RED) : undefined
      let nodeRed: NodeRed | undefined
      try {
        nodeRed = await NodeRed.start({
          flows: flowOf(supervisorNode(), readerNode('boiler', device.port)),
          userDir,
          install: (target) => installTarball(tarball.path, target),
          ...(installed && { nodeRedFolder: installed.folder }),
        })
        if (older) assert.match(nodeRed.output, /Node-RED version: v4\.1\./)
        const { body } = await nodeRed.request('GET', '/nodes', undefined, { accept: 'application/json' })
        const sets = (Array.isArray(body) ? body : []).filter(({ module }) => module === PACKAGE_NAME)
        assert.deepEqual(sets.flatMap(({ types }) => types).sort(), TYPES)
        for (const set of sets) assert.equal(set.err, undefined)
        const message = await nodeRed.recordedWhen('boiler', isGood, { from: 0 })
        assert.deepEqual(message.payload, { value: 4711 })
      } finally {
        await nodeRed?.dispose()
        installed?.remove()
        rmSync(userDir, { recursive: true, force: true })
      }
    })
  }
})
