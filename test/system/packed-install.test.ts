// What is published works where it is installed: in the newest Node-RED and in the oldest that is supported.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed, PACKAGE_NAME, PACKAGE_ROOT } from '../support/node-red'
import {
  installNodeRed,
  installTarball,
  makeUserFolder,
  packPackage,
  type Tarball,
  withoutRegistry,
} from '../support/packed-package'

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
      /^(package\.json|README(\.zh-CN)?\.md|CHANGELOG\.md|LICENSE|THIRD_PARTY_NOTICES\.md|docs\/[\w-]+\.md|dist\/bom\.cdx\.json|node_modules\/(pidusage|ws)\/.+|examples\/.+\.(json|vue)|examples\/queue\/.+\.(js|md)|dist\/(nodes|lib|sidebar)\/.+\.(js|d\.ts|html|json|svg|txt)|dist\/lib\/client\/index\.mjs)$/
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

  it('holds its bill of materials, and every package that it names to need', () => {
    assert.ok(tarball.files.includes('dist/bom.cdx.json'))
    for (const name of ['pidusage', 'ws']) assert.ok(tarball.files.includes(`node_modules/${name}/package.json`), name)
  })

  it('is installed by an upload in the palette, without a registry', async () => {
    const userDir = mkdtempSync(join(tmpdir(), 'collectors-user-'))
    let nodeRed: NodeRed | undefined
    try {
      const settings = Object.entries(withoutRegistry(userDir)).map(([name, value]) => `${name}=${value}`)
      nodeRed = await NodeRed.start({
        flows: [],
        userDir,
        launcher: ['env', ...settings],
        install: makeUserFolder,
        settings: 'externalModules: { palette: { allowUpload: true } },',
      })
      const form = new FormData()
      form.append('tarball', new Blob([readFileSync(tarball.path)]), basename(tarball.path))
      const answer = await fetch(`${nodeRed.url}/nodes`, {
        method: 'POST',
        body: form,
        signal: AbortSignal.timeout(120_000),
      })
      assert.equal(answer.status, 200, `${await answer.text()}\n${nodeRed.output}`)
      const { body } = await nodeRed.request('GET', '/nodes', undefined, { accept: 'application/json' })
      const sets = (Array.isArray(body) ? body : []).filter(({ module }) => module === PACKAGE_NAME)
      assert.deepEqual(sets.flatMap(({ types }) => types).sort(), TYPES)
      await nodeRed.deploy(flowOf(supervisorNode(), readerNode('boiler', device.port)))
      await nodeRed.recordedWhen('boiler', isGood, { from: 0 })
    } finally {
      await nodeRed?.dispose()
      rmSync(userDir, { recursive: true, force: true })
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
    it(`is installed without a registry, registers its nodes and reads a device in ${title}`, async () => {
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
