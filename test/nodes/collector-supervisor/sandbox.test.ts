import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { Sandbox } from '../../../lib/contract/process-row'
import { collectorProgram, sandboxEnvironment, sandboxFlags } from '../../../nodes/collector-supervisor/sandbox'

const DIST = resolve(__dirname, '../../..')

describe('the sandbox of a collector', () => {
  it('lets it read the package and nothing else', () => {
    const flags = sandboxFlags(256)
    assert.ok(flags.includes('--permission'))
    assert.deepEqual(
      flags.filter((flag) => flag.startsWith('--allow-')),
      [`--allow-fs-read=${join(DIST, '*')}`, ...flags.filter((flag) => flag === '--allow-net')],
    )
  })

  const heaps: [number, string[]][] = [
    [0, []],
    [1, ['--max-old-space-size=48']],
    [96, ['--max-old-space-size=48']],
    [256, ['--max-old-space-size=128']],
    [257, ['--max-old-space-size=129']],
  ]
  for (const [limitMb, want] of heaps) {
    it(`gives it ${want[0] ?? 'the heap that Node takes'} with a limit of ${limitMb} MB`, () => {
      assert.deepEqual(
        sandboxFlags(limitMb).filter((flag) => flag.startsWith('--max-old-space-size')),
        want,
      )
    })
  }

  it('lets nothing of the environment in that is not on the list', () => {
    const environment = sandboxEnvironment({
      PATH: '/bin',
      TZ: 'Asia/Shanghai',
      NODE_OPTIONS: '--require /evil.js',
      HTTP_PROXY: 'http://proxy',
      INFLUX_TOKEN: 'canary',
      LD_PRELOAD: '/evil.so',
      LANG: undefined,
      HOME: '/home/operator',
    })
    assert.deepEqual(environment, {
      HOME: '/nonexistent',
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: '32768',
      PATH: '/bin',
      TZ: 'Asia/Shanghai',
    })
  })

  it('runs the script with the flags before it, by this very Node', () => {
    const { command, args, env } = collectorProgram('/package/collector.js', 256)
    assert.equal(command, process.execPath)
    assert.deepEqual(args, [...sandboxFlags(256), '/package/collector.js'])
    assert.equal(env.NODE_OPTIONS, undefined)
  })
})

describe('what a process can do in the sandbox of a collector', () => {
  const nothing = {
    serialport: false,
    otherPackage: false,
    readOutside: false,
    listOutside: false,
    write: false,
    childProcess: false,
    worker: false,
  }
  const script = join(DIST, 'test', 'fixtures', 'sandbox-probe.js')

  function toldIn(sandbox: Sandbox): unknown {
    const { command, args, cwd, env } = collectorProgram(script, 256, { sandbox })
    const outside = join(DIST, '..', 'package.json')
    const { stdout, stderr } = spawnSync(command, [...args, outside], { cwd, env, encoding: 'utf8' })
    assert.equal(stderr, '')
    return JSON.parse(stdout)
  }

  it('is nothing but to compute, as long as it is closed', () => {
    assert.deepEqual(toldIn('closed'), nothing)
  })

  it('is to load serialport, where that is needed, and nothing more', () => {
    assert.deepEqual(toldIn('addons'), { ...nothing, serialport: true })
  })
})
