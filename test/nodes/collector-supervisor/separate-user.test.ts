// Needs root, which alone may give files away.

import assert from 'node:assert/strict'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { handOver, type SharedFiles, takeBack, usersOf } from '../../../nodes/collector-supervisor/separate-user'
import { skipWithoutWalls } from '../../support/walls'

describe('the users of a supervisor', () => {
  it('are the same for the same folder, and nobody that a system knows', () => {
    assert.deepEqual(usersOf('/data/s1'), usersOf('/data/s1'))
    for (let folder = 0; folder < 2_000; folder++) {
      const { reader, historian } = usersOf(`/data/${folder}`)
      for (const { uid, gid } of [reader, historian])
        assert.ok(uid >= 61_184 && uid <= 65_519 && gid === reader.gid, `${uid}`)
      assert.notEqual(reader.uid, historian.uid)
    }
  })

  it('are rarely those of another folder', () => {
    const uids = new Set(Array.from({ length: 100 }, (_, index) => usersOf(`/data/folder ${index}`).reader.uid))
    assert.ok(uids.size > 90, `${uids.size}`)
  })
})

describe('files that are handed over', () => {
  let root: string
  let files: SharedFiles
  const users = usersOf('/data/s1')
  const owners = (path: string): string => {
    const { uid, gid, mode } = statSync(path)
    const names = new Map([
      [users.reader.uid, 'reader'],
      [users.historian.uid, 'historian'],
      [0, 'root'],
    ])
    return `${names.get(uid)}:${gid === users.reader.gid ? 'group' : gid} ${(mode & 0o777).toString(8)}`
  }

  before(function () {
    skipWithoutWalls(this)
  })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const folder = join(root, 'collectors', 's1')
    const names = { queueFolder: join(folder, 'queue'), live: join(root, 'live'), readers: [join(folder, 'pki')] }
    files = { folder, database: 'history.db', ...names }
    for (const path of [names.queueFolder, names.live, join(folder, 'pki', 'own'), join(folder, 'run')])
      mkdirSync(path, { recursive: true, mode: 0o700 })
    for (const path of ['history.db', 'history.db-wal', 'owner.lock', 'stopped.json', 'queue/durable.queue'])
      writeFileSync(join(folder, path), '', { mode: 0o600 })
    writeFileSync(join(folder, 'pki', 'own', 'identity.pem'), '', { mode: 0o600 })
    for (const name of ['live.queue', 'live.queue-wal', 'owner.json'])
      writeFileSync(join(root, 'live', name), '', { mode: 0o600 })
  })
  afterEach(() => {
    rmSync(root, { recursive: true, force: true })
  })

  function all(): Record<string, string> {
    const inFolder = ['', 'history.db', 'history.db-wal', 'owner.lock', 'stopped.json', 'run', 'queue']
    const paths = [...inFolder, 'queue/durable.queue', 'pki', 'pki/own', 'pki/own/identity.pem']
    const told = paths.map((path) => [path, owners(join(files.folder, path))])
    const live = ['', 'live.queue', 'live.queue-wal', 'owner.json'].map((name) => [
      `live/${name}`,
      owners(join(files.live, name)),
    ])
    return Object.fromEntries([...told, ...live])
  }

  it('belong to those who work with them, and the others stay with Node-RED', async () => {
    await handOver(files, users)
    assert.deepEqual(all(), {
      '': 'historian:group 711',
      'history.db': 'historian:group 600',
      'history.db-wal': 'historian:group 600',
      'owner.lock': 'root:0 600',
      'stopped.json': 'root:0 600',
      run: 'root:0 700',
      queue: 'historian:group 770',
      'queue/durable.queue': 'historian:group 660',
      pki: 'reader:group 700',
      'pki/own': 'reader:group 700',
      'pki/own/identity.pem': 'reader:group 600',
      'live/': 'reader:group 700',
      'live/live.queue': 'reader:group 600',
      'live/live.queue-wal': 'reader:group 600',
      'live/owner.json': 'root:0 600',
    })
  })

  it('are as they were when they are taken back', async () => {
    const before = all()
    await handOver(files, users)
    await takeBack(files)
    assert.deepEqual(all(), before)
  })

  it('are no files that a link names, or that have a second name', async () => {
    const secret = join(root, 'shadow')
    writeFileSync(secret, 'secret', { mode: 0o600 })
    mkdirSync(join(root, 'etc'), { mode: 0o700 })
    symlinkSync(secret, join(files.queueFolder, 'durable.queue-wal'))
    symlinkSync(secret, join(files.folder, 'history.db-shm'))
    symlinkSync(join(root, 'etc'), join(files.folder, 'pki', 'trusted'))
    symlinkSync(secret, join(files.live, 'live.queue-shm'))
    linkSync(secret, join(files.folder, 'pki', 'own', 'stolen.pem'))
    await handOver(files, users)
    await handOver(files, users)
    for (const [path, mode] of [
      [secret, '600'],
      [join(root, 'etc'), '700'],
    ] as const)
      assert.equal(owners(path), `root:0 ${mode}`)
    assert.equal(readFileSync(secret, 'utf8'), 'secret')
  })

  it('may be missing', async () => {
    for (const path of [files.queueFolder, ...files.readers, files.live]) rmSync(path, { recursive: true })
    await handOver(files, users)
    await takeBack(files)
    assert.equal(owners(files.folder), 'root:0 700')
  })
})
