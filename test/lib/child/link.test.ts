import assert from 'node:assert/strict'
import { type LinkReport, LinkReporter, REPORT_GAP_MS } from '../../../lib/child/link'
import { SteppedClock } from './stepped-clock'

describe('link reporter', () => {
  function reporter() {
    const clock = new SteppedClock()
    const sent: LinkReport[] = []
    return { clock, sent, reporter: new LinkReporter(clock, (report) => sent.push(report)) }
  }

  it('tells a change at once and says nothing twice', async () => {
    const { clock, sent, reporter: link } = reporter()
    link.report('connecting', 'first')
    assert.deepEqual(sent, [{ link: 'connecting', reason: 'first' }])
    await clock.advance(REPORT_GAP_MS)
    link.report('connecting', 'first')
    await clock.advance(REPORT_GAP_MS)
    assert.equal(sent.length, 1)
    link.report('connecting', 'another reason')
    assert.equal(sent.length, 2)
  })

  it('holds a flapping link down to one report a gap, of what is true then', async () => {
    const { clock, sent, reporter: link } = reporter()
    for (let index = 0; index < 1000; index++) {
      link.report(index % 2 === 0 ? 'connecting' : 'disconnected', `${index}`)
      await clock.advance(1)
    }
    await clock.advance(REPORT_GAP_MS)
    assert.equal(sent.length, 5)
    assert.deepEqual(sent.at(-1), { link: 'disconnected', reason: '999' })
  })

  it('says nothing of a change that is undone within the gap', async () => {
    const { clock, sent, reporter: link } = reporter()
    link.report('connected', '')
    link.report('disconnected', 'reset')
    link.report('connected', '')
    await clock.advance(10 * REPORT_GAP_MS)
    assert.equal(sent.length, 1)
  })

  it('leaves no timer behind', () => {
    const { clock, reporter: link } = reporter()
    link.report('connected', '')
    link.close()
    link.close()
    assert.equal(clock.pending, 0)
  })
})
