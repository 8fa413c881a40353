import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { enclosed, tried } from '../../../nodes/collector-supervisor/bubblewrap'
import { temporaryFolder } from '../../support/temporary-folder'

const PROGRAM = {
  command: '/opt/node/bin/node',
  args: ['--permission', '--allow-fs-read=/package/dist/*', '--allow-fs-write=/data/pki/*', '/package/dist/reader.js'],
  cwd: '/package',
  env: { PATH: '/bin' },
}
const NOTHING = { readable: [], writable: [], hidden: [], devices: [] }

/** What is mounted, and how: path -> flag. */
function mounts(args: readonly string[]): Map<string, string> {
  const found = args.flatMap((flag, index): [string, string][] => {
    if (/^--(ro-bind-try|bind|dev-bind-try|symlink)$/.test(flag)) return [[args[index + 2] ?? '', flag]]
    return /^--(tmpfs|proc|dev|remount-ro)$/.test(flag) ? [[`${flag} ${args[index + 1]}`, flag]] : []
  })
  return new Map(found)
}

describe('a program behind bubblewrap', () => {
  const folder = temporaryFolder()

  it('is the same one, in namespaces of its own but for the network', () => {
    const { command, args, enclosed: isEnclosed, cwd } = enclosed(PROGRAM, NOTHING)
    assert.deepEqual([command, isEnclosed, cwd], ['bwrap', true, PROGRAM.cwd])
    assert.deepEqual(args.slice(args.indexOf('--') + 1), [PROGRAM.command, ...PROGRAM.args])
    for (const space of ['user', 'pid', 'ipc', 'uts']) assert.ok(args.includes(`--unshare-${space}`), space)
    assert.ok(!args.includes('--unshare-net') && !args.includes('--share-net'))
    assert.ok(args.includes('--as-pid-1') && args.includes('--new-session'))
  })

  it('does not die with Node-RED: what it has gathered is kept', () => {
    assert.ok(!enclosed(PROGRAM, NOTHING).args.includes('--die-with-parent'))
    assert.ok(tried(PROGRAM, NOTHING).args.includes('--die-with-parent'))
  })

  it("sees what Node's permission model lets it read and write, and what else it needs", () => {
    const places = { readable: ['/ca.pem'], writable: ['/dev/shm/live'], hidden: [], devices: ['/dev/ttyUSB0'] }
    const seen = mounts(enclosed(PROGRAM, places).args)
    assert.equal(seen.get('/package/dist'), '--ro-bind-try')
    assert.equal(seen.get('/data/pki'), '--bind')
    assert.equal(seen.get('/ca.pem'), '--ro-bind-try')
    assert.equal(seen.get('/dev/shm/live'), '--bind')
    assert.equal(seen.get('/dev/ttyUSB0'), '--dev-bind-try')
    assert.equal(seen.get(PROGRAM.command), '--ro-bind-try')
  })

  it('sees no home, no user folder, no users of the machine and no sockets of its services', () => {
    for (const path of mounts(enclosed(PROGRAM, NOTHING).args).keys()) {
      assert.doesNotMatch(path, /^\/(home|root|var|tmp|srv|mnt|media|sys)?(\/|$)/)
      assert.doesNotMatch(path, /^\/etc$|passwd|shadow|group|^\/run$|docker/)
    }
  })

  it('sees nothing of a folder that is hidden in one that it may write in, and writes nowhere else', () => {
    mkdirSync(join(folder(), 'run'))
    const hidden = ['run', 'not-there'].map((name) => join(folder(), name))
    const { args } = enclosed(PROGRAM, { ...NOTHING, writable: [folder()], hidden })
    const flags = args.join(' ')
    assert.ok(flags.indexOf(`--bind ${folder()} `) < flags.indexOf(`--tmpfs ${hidden[0]} --remount-ro ${hidden[0]}`))
    assert.ok(!args.includes(hidden[1] ?? ''))
    assert.ok(flags.indexOf('--remount-ro / ') > flags.indexOf('--tmpfs'))
  })
})
