import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryWall, wallOf } from '../../../nodes/collector-supervisor/wall'
import { skipWithoutWalls } from '../../support/walls'

const NOBODY = { uid: 65_000, gid: 65_000 }

describe('the wall of a supervisor', () => {
  for (const [wish, wall] of [
    ['auto', 'node'],
    ['node', 'node'],
    ['user', 'user'],
    ['bubblewrap', 'bubblewrap'],
  ] as const) {
    it(`is ${wall} where ${wish} is wanted`, () => assert.equal(wallOf(wish), wall))
  }
})

describe('a wall that is tried', function () {
  this.timeout(30_000)
  let folder: string
  const path = process.env.PATH

  before(function () {
    skipWithoutWalls(this)
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    mkdirSync(join(folder, 'queue'))
    chmodSync(folder, 0o711)
    chmodSync(join(folder, 'queue'), 0o777)
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true, force: true })
  })

  const needs = (name = 'queue') => ({ scripts: [__filename], folders: [join(folder, name)], user: NOBODY })

  for (const wall of ['node', 'user', 'bubblewrap'] as const) {
    it(`stands here: ${wall}`, async () => assert.equal(await tryWall(wall, needs()), undefined))
  }

  it('says which program is missing, and what to do', async () => {
    process.env.PATH = join(folder, 'no-programs')
    const told = await tryWall('bubblewrap', needs())
    assert.match(told ?? '', /needs the program bwrap: install the package bubblewrap, or choose another sandbox/)
  })

  it('says what bubblewrap itself says', async () => {
    const told = await tryWall('bubblewrap', needs('missing'))
    assert.match(
      told ?? '',
      /^the sandbox "bubblewrap" does not work here \(bwrap: .*missing.*\): allow user namespaces/,
    )
  })

  it('says which folder another user cannot reach', async () => {
    chmodSync(folder, 0o700)
    const told = await tryWall('user', needs())
    assert.match(
      told ?? '',
      /cannot reach its files \(EACCES: .*queue'\): let others pass through the folders above it/,
    )
  })
})
