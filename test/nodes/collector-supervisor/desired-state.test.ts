import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DesiredState } from '../../../nodes/collector-supervisor/desired-state'
import { FileWriter } from '../../../nodes/collector-supervisor/file-writer'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

function replaceByPipe(path: string): void {
  rmSync(path)
  execFileSync('mkfifo', [path])
}

function replaceByLink(path: string): void {
  rmSync(path)
  symlinkSync(`${path}.elsewhere`, path)
}

describe('what the operator stopped', () => {
  const folder = temporaryFolder()
  const files = new FileWriter()
  /** All is on the disk that was to be written. */
  const written = () => files.settled(5000)
  let warnings: string[]
  beforeEach(() => {
    warnings = []
  })
  const path = (): string => join(folder(), 'stopped.json')
  /** As after a start of Node-RED. */
  const open = (): DesiredState => new DesiredState(path(), files, (text) => warnings.push(text))

  it('is nothing at first', () => {
    assert.equal(open().isStopped('a1'), false)
    assert.equal(existsSync(path()), false)
  })

  it('stays stopped over a restart, until it is started', async () => {
    await open().set('a1', true)
    await written()
    await open().set('b2', true)
    await written()
    assert.deepEqual([open().isStopped('a1'), open().isStopped('b2'), open().isStopped('c3')], [true, true, false])
    await open().set('a1', false)
    await written()
    assert.deepEqual([open().isStopped('a1'), open().isStopped('b2')], [false, true])
    assert.deepEqual(warnings, [])
  })

  it('is on the disk when it is said to be', async () => {
    await open().set('a1', true)
    assert.equal(open().isStopped('a1'), true)
  })

  it('is written only when it changes', async () => {
    const state = open()
    await state.set('a1', false)
    await written()
    assert.deepEqual(readdirSync(folder()), [])
    assert.equal(open().isInDoubt('a1'), false)
    await state.set('a1', true)
    await written()
    writeFileSync(path(), 'somebody else was here')
    await state.set('a1', true)
    await written()
    assert.equal(readFileSync(path(), 'utf8'), 'somebody else was here')
  })

  it('may have any id', async () => {
    for (const id of ['', '__proto__', 'constructor', '温度', 'a"b']) {
      await open().set(id, true)
      await written()
    }
    for (const id of ['', '__proto__', 'constructor', '温度', 'a"b']) assert.equal(open().isStopped(id), true)
    assert.equal(open().isStopped('toString'), false)
  })

  describe('stays stopped', () => {
    /** What an earlier run has written. */
    async function stopSome(): Promise<void> {
      const state = open()
      for (const id of ['a1', 'b2']) await state.set(id, true)
      await written()
    }
    const damaged = (): string[] => readdirSync(folder()).filter((name) => name.includes('.corrupt-'))

    it('whichever bit of its record flips, which is told and kept', async () => {
      await stopSome()
      const whole = readFileSync(path())
      for (let bit = 0; bit < whole.length * 8; bit++) {
        warnings = []
        const flipped = Buffer.from(whole)
        flipped[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        writeFileSync(path(), flipped)
        const state = open()
        const stopped = ['a1', 'b2', 'c3'].map((id) => state.isStopped(id))
        assert.deepEqual(stopped, [true, true, false], `bit ${bit}: ${flipped}`)
        assert.match(warnings.join(), /is kept as stopped\.json\.corrupt-\S+: the other copy was used$/)
        await written()
      }
      assert.ok(damaged().length > 0)
    })

    for (const name of ['stopped.json', 'stopped.json.copy']) {
      for (const [what, damage] of [
        ['cut', (file: string) => truncateSync(file, 20)],
        ['emptied', (file: string) => truncateSync(file, 0)],
        ['deleted', (file: string) => rmSync(file)],
        ['a named pipe', replaceByPipe],
        ['a link to nothing', replaceByLink],
      ] as const) {
        it(`though ${name} is ${what}, and is written twice again`, async () => {
          await stopSome()
          damage(join(folder(), name))
          const state = open()
          assert.deepEqual([state.isStopped('a1'), state.isStopped('c3')], [true, false])
          await written()
          const [one, other] = ['stopped.json', 'stopped.json.copy'].map((file) =>
            readFileSync(join(folder(), file), 'utf8'),
          )
          assert.equal(one, other)
        })
      }
    }

    it('by the newer copy when only one of them was written', async () => {
      await stopSome()
      const before = readFileSync(`${path()}.copy`)
      await open().set('c3', true)
      await written()
      writeFileSync(`${path()}.copy`, before)
      assert.equal(open().isStopped('c3'), true)
    })
  })

  describe('is asked for when nobody can read it', () => {
    for (const [what, replace] of [
      ['named pipes', replaceByPipe],
      ['links to nothing', replaceByLink],
    ] as const) {
      it(`since both copies are ${what}`, async () => {
        await open().set('a1', true)
        for (const file of [path(), `${path()}.copy`]) replace(file)
        const state = open()
        assert.deepEqual([state.isInDoubt('a1'), state.isStopped('c3')], [true, true])
        await written()
      })
    }

    it('since its folder cannot be entered', async () => {
      const loop = join(folder(), 'loop')
      symlinkSync(loop, loop)
      const state = new DesiredState(join(loop, 'stopped.json'), files, (text) => warnings.push(text))
      assert.deepEqual([state.isInDoubt('a1'), state.isStopped('c3')], [true, true])
      await written()
    })

    const loseBoth = (text = 'garbage'): void => {
      for (const file of [path(), `${path()}.copy`]) writeFileSync(file, text)
    }

    for (const text of [
      '',
      '[]',
      '["a1"]',
      'null',
      '{}',
      '["a1","b',
      '{"a1":true}',
      '"a1"',
      '{"version":1,"content":["a1"],"crc32":1}',
    ]) {
      it(`as with ${text || 'nothing'} in both copies: nothing starts, which is told`, () => {
        loseBoth(text)
        const state = open()
        assert.deepEqual([state.isInDoubt('a1'), state.isStopped('a1')], [true, true])
        assert.equal(warnings.length, 1)
        assert.match(warnings[0] ?? '', /stopped\.json\.corrupt-.* and .*copy\.corrupt-.*: nothing of this supervisor/)
      })
    }

    for (const text of ['[]', '["b2"]', '["a1","b']) {
      it(`as with one copy only, which is ${text}`, () => {
        writeFileSync(path(), text)
        const state = open()
        assert.deepEqual([state.isInDoubt('a1'), state.isStopped('a1')], [true, true])
      })
    }

    it('since both copies are gone, whether anything was stopped last or not', async () => {
      for (const isStopped of [true, false]) {
        warnings = []
        await open().set('a1', isStopped)
        await written()
        for (const file of [path(), `${path()}.copy`]) rmSync(file, { force: true })
        const state = open()
        assert.deepEqual([state.isInDoubt('a1'), state.isStopped('c3')], [true, true])
        assert.match(
          warnings.join(),
          /^the record of what is stopped is gone, with its copy: nothing of this supervisor/,
        )
        await written()
        assert.equal(open().isStopped('c3'), true)
      }
    })

    it('since what could not be read has been set aside, and nobody has said anything yet', async () => {
      loseBoth()
      open()
      await written()
      assert.equal(open().isInDoubt('a1'), true)
    })

    it('since both copies are gone that an earlier version has written', async () => {
      await open().set('a1', true)
      await written()
      rmSync(join(folder(), 'records.json'))
      open()
      await written()
      for (const file of [path(), `${path()}.copy`]) rmSync(file)
      assert.equal(open().isInDoubt('a1'), true)
    })

    it('until the operator says so, once for all', async () => {
      loseBoth()
      const state = open()
      for (const id of ['a1', 'b2']) assert.equal(state.isStopped(id), true)
      await state.set('a1', false)
      assert.deepEqual([state.isInDoubt('a1'), state.isStopped('a1')], [false, false])
      await written()
      const next = open()
      const ids = ['a1', 'b2', 'c3']
      assert.deepEqual(
        ids.map((id) => next.isStopped(id)),
        [false, true, false],
      )
      assert.deepEqual(
        ids.map((id) => next.isInDoubt(id)),
        [false, false, false],
      )
    })
  })

  it('is known until the end of this run though it cannot be written, and that is said', async () => {
    mkdirSync(`${path()}.new`)
    mkdirSync(`${path()}.copy.new`)
    const state = open()
    await state.set('a1', true)
    await until(() => warnings.length === 1)
    assert.equal(state.isStopped('a1'), true)
    assert.match(warnings[0] ?? '', /^what is stopped could not be saved: /)
  })
})
