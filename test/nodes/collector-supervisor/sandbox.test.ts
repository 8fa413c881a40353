import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
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
    })
    assert.deepEqual(environment, { MALLOC_ARENA_MAX: '1', PATH: '/bin', TZ: 'Asia/Shanghai' })
  })

  it('runs the script with the flags before it, by this very Node', () => {
    const { command, args, env } = collectorProgram('/package/collector.js', 256)
    assert.equal(command, process.execPath)
    assert.deepEqual(args, [...sandboxFlags(256), '/package/collector.js'])
    assert.equal(env.NODE_OPTIONS, undefined)
  })
})
