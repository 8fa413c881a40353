import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import {
  LAST_BYTES,
  LogCapture,
  WINDOW_BYTES,
  WINDOW_LINES,
  WINDOW_MS,
} from '../../../nodes/collector-supervisor/log-capture'
import { until } from '../../support/until'

describe('The capture of what a child prints', () => {
  let stream: PassThrough
  let now: number
  let told: string[]
  let floods: number

  beforeEach(() => {
    stream = new PassThrough({ highWaterMark: 2 ** 26 })
    now = 0
    told = []
    floods = 0
    new LogCapture(
      stream,
      () => now,
      (text) => told.push(text),
      () => floods++,
    )
  })

  async function ended(): Promise<string[]> {
    stream.end()
    await once(stream, 'end')
    return told
  }

  /** Each chunk is taken before the next one comes. */
  async function print(...chunks: string[]): Promise<void> {
    for (const chunk of chunks) {
      stream.write(chunk)
      await new Promise((done) => setImmediate(done))
    }
  }

  const LINE_BYTES = 100
  const line = (number: number) => String(number).padStart(LINE_BYTES - 1, '0')
  const lines = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `${line(from + index)}\n`).join('')

  it('tells lines, however they are cut, and the last one without its end', async () => {
    await print('one\ntw', 'o\r\n\nthr', 'ee')
    assert.deepEqual(await ended(), ['one', 'two', 'three'])
  })
  it('tells of a flood as long as it lasts', async () => {
    await print(lines(100))
    assert.equal(floods, 0)
    for (let window = 1; window <= 3; window++) {
      await print(lines(1_000), lines(1_000))
      assert.ok(floods >= window, `${floods} in ${window} windows`)
      now += WINDOW_MS
    }
    const before = floods
    await print(lines(100))
    assert.equal(floods, before)
  })
  it('cuts a line that is too long', async () => {
    await print('x'.repeat(10_000), '\nnext\n')
    assert.deepEqual(await ended(), [`${'x'.repeat(8192)} (1808 bytes cut)`, 'next'])
  })
  it('tells a line of many windows as one, with what was cut of it', async () => {
    for (let count = 0; count < 100; count++) await print('x'.repeat(WINDOW_BYTES))
    await print('\nnext\n')
    assert.deepEqual(await ended(), [`${'x'.repeat(8192)} (${100 * WINDOW_BYTES - 8192} bytes cut)`, 'next'])
  })
  it('leaves out what is beyond the window, and tells how much and the last of it', async () => {
    const flood = lines(10_000)
    await print(flood)
    await ended()
    assert.equal(told.at(-1), line(9_999))
    assert.deepEqual(told.filter(isNote), [`(${flood.length - WINDOW_BYTES - LAST_BYTES} bytes suppressed)`])
    assertAllAccountedFor(flood.length)
  })
  it('leaves out lines beyond a number, however short they are', async () => {
    await print('x\n'.repeat(20_000))
    await ended()
    const ofTheEnd = LAST_BYTES / 2
    assert.equal(told.filter((text) => text === 'x').length, WINDOW_LINES + ofTheEnd)
    assert.deepEqual(told.filter(isNote), [`(${40_000 - 2 * (WINDOW_LINES + ofTheEnd)} bytes suppressed)`])
  })
  it('accounts for every byte of many chunks', async () => {
    for (let count = 0; count < 20; count++) await print(lines(1_000, count * 1_000))
    await ended()
    assert.equal(told.at(-1), line(19_999))
    assertAllAccountedFor(20_000 * LINE_BYTES)
  })

  const isNote = (text: string) => /suppressed/.test(text)

  /** Shown or suppressed; a line that was cut in two is told as two. */
  function assertAllAccountedFor(bytes: number): void {
    const suppressed = told.filter(isNote).map((text) => Number.parseInt(text.slice(1), 10))
    const shown = told.filter((text) => !isNote(text)).map((text) => text.length + 1)
    const sum = [...suppressed, ...shown].reduce((total, count) => total + count, 0)
    assert.ok(Math.abs(sum - bytes) <= 2 * (suppressed.length + 1), `${sum} of ${bytes} bytes`)
  }

  it('tells the last of a flood without waiting for more', async () => {
    await print(`${'x'.repeat(WINDOW_BYTES)}\nlast words\n`)
    await until(() => told.includes('last words'))
  })
  it('takes all again in the next window', async () => {
    await print(lines(1_000), 'beg')
    now += WINDOW_MS
    await print('un\nnext\n')
    assert.deepEqual(told.slice(-3), [line(999), 'begun', 'next'])
  })
})
