import assert from 'node:assert/strict'
import { codecOf, timerWithin } from '../../../../nodes/melsec-in/frames/codec'
import { OWN_STATION } from '../../../../nodes/melsec-in/frames/request'
import { codecOfFixture, frameFixtures, replyBytes, describe as said, serialOfFixture, toBytes } from './frame-fixtures'

function titleOf({ plc, request, source }: (typeof frameFixtures)[number]): string {
  const what = 'device' in request ? `${request.kind} at ${request.device} ${request.number}` : request.kind
  return `${plc.frame} ${plc.encoding} ${plc.series}: ${what} (${source})`
}

describe('frames of the manuals', () => {
  for (const fixture of frameFixtures) {
    const { plc, request, sent, means } = fixture
    it(titleOf(fixture), () => {
      const codec = codecOfFixture(fixture)
      const serial = serialOfFixture(fixture)
      const bytes = codec.encode(request, serial)
      assert.equal(
        bytes.toString(plc.encoding === 'ascii' ? 'latin1' : 'hex'),
        toBytes(plc.encoding, sent).toString(plc.encoding === 'ascii' ? 'latin1' : 'hex'),
      )
      const next = codec.nextFrame(replyBytes(fixture), request)
      assert.equal(next.kind, 'frame', JSON.stringify(next))
      if (next.kind !== 'frame') return
      assert.equal(next.rest.length, 0)
      assert.equal(codec.serialOf(next.frame), plc.frame === '4E' ? serial : undefined)
      const reply = codec.decode(next.frame, request, serial)
      assert.deepEqual(said(reply, request.kind === 'bits' ? request.points : 0), means)
    })
  }

  it('are there for every frame, notation, command and series', () => {
    const seen = new Set(frameFixtures.map(({ plc, request }) => `${plc.frame} ${plc.encoding} ${request.kind}`))
    for (const encoding of ['binary', 'ascii']) {
      for (const kind of ['words', 'bits', 'random', 'loop-back', 'cpu-type']) {
        for (const frame of ['3E', '4E'])
          assert.ok(seen.has(`${frame} ${encoding} ${kind}`), `${frame} ${encoding} ${kind}`)
      }
      for (const kind of ['words', 'bits', 'loop-back']) assert.ok(seen.has(`1E ${encoding} ${kind}`))
    }
    const series = new Set(frameFixtures.map(({ plc }) => plc.series))
    assert.deepEqual([...series].sort(), ['a', 'fx3', 'fx5', 'iqr', 'l', 'q'])
  })
})

describe('the monitoring timer', () => {
  it('is never 0, which means to wait for ever', () => {
    const plc = { series: 'q', frame: '3E', encoding: 'binary' } as const
    for (const timer of [0, -1, 1.5, 65_536, Number.NaN]) {
      assert.throws(() => codecOf(plc, OWN_STATION, timer), RangeError, String(timer))
    }
    codecOf(plc, OWN_STATION, 1)
    codecOf(plc, OWN_STATION, 65_535)
  })

  it('ends before the timeout of the client', () => {
    const rows: [timer: number, timeoutMs: number, within: number][] = [
      [4, 2000, 4],
      [4, 1001, 4],
      [4, 1000, 3],
      [16, 1000, 3],
      [16, 251, 1],
      [16, 250, 1],
      [16, 10, 1],
      [1, 60_000, 1],
    ]
    for (const [timer, timeoutMs, within] of rows)
      assert.equal(timerWithin(timer, timeoutMs), within, `${timer} ${timeoutMs}`)
  })
})
