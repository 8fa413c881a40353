import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addonFiles } from '../../../nodes/collector-supervisor/addon-files'
import { temporaryFolder } from '../../support/temporary-folder'

describe('the files of an addon', () => {
  const folder = temporaryFolder()
  const root = () => realpathSync(folder())
  const script = () => join(root(), 'node_modules', 'ours', 'dist', 'collector.js')

  function install(place: string, dependencies: string[] = []): void {
    const file = join(root(), place, 'package.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, '*'])) }))
  }

  /** Without what is the same for all. */
  const filesOf = (name: string) =>
    addonFiles(name, script())
      .filter((path) => path !== '/etc/alpine-release')
      .map((path) => path.slice(root().length + 1))

  it('are none where it is not installed', () => {
    install('node_modules/ours')
    assert.deepEqual(addonFiles('port', script()), [])
  })

  it('are its folder, and those of what it needs; whole scopes, nothing twice, nothing else', () => {
    install('node_modules/port', ['@port/stream', 'debug', 'not-installed'])
    install('node_modules/@port/stream', ['debug'])
    install('node_modules/@port/stream/node_modules/debug')
    install('node_modules/debug', ['ms', 'port'])
    install('node_modules/ms')
    install('node_modules/other')
    assert.deepEqual(filesOf('port'), [
      'node_modules/@port/*',
      'node_modules/debug/*',
      'node_modules/ms/*',
      'node_modules/port/*',
    ])
  })

  it('are where links lead to, and the links', () => {
    install('store/port/node_modules/port', ['ms'])
    install('store/port/node_modules/ms')
    mkdirSync(join(root(), 'node_modules'))
    symlinkSync(join(root(), 'store/port/node_modules/port'), join(root(), 'node_modules/port'))
    assert.deepEqual(filesOf('port'), [
      'node_modules/port',
      'node_modules/port/*',
      'store/port/node_modules/ms/*',
      'store/port/node_modules/port/*',
    ])
  })
})
