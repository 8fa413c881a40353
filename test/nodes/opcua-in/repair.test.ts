import assert from 'node:assert/strict'
import { describeStep, nextStep, type Stage, type Step, WELL } from '../../../nodes/opcua-in/repair'
import type { Standing } from '../../../nodes/opcua-in/watchdog'

const ASKED: Stage = { kind: 'asked', text: 'asked', untilMs: 1000 }
const RENEWED: Stage = { kind: 'renewed', text: 'renewed', untilMs: 1000 }
const ENDED = 'BadTimeout'

describe('The repair of a subscription', () => {
  // biome-ignore format: a table, one line a rule
  const rows: [rule: string, stage: Stage, standing: Standing, ended: string | undefined, nowMs: number, step: Step][] = [
    ['leaves one alone that is well', WELL, 'well', undefined, 0, 'none'],
    ['leaves one alone that has just begun', WELL, 'waiting', undefined, 0, 'none'],
    ['begins by asking when it falls silent', WELL, 'silent', undefined, 0, 'ask'],
    ['begins by asking when it starves', WELL, 'starved', undefined, 0, 'ask'],
    ['makes one anew at once that has ended', WELL, 'well', ENDED, 0, 'renew'],
    ['does not wait any longer when it ends meanwhile', ASKED, 'silent', ENDED, 0, 'renew'],
    ['waits for what it asked for', ASKED, 'silent', undefined, 999, 'none'],
    ['makes it anew when that was in vain', ASKED, 'silent', undefined, 1000, 'renew'],
    ['is over when that helped', ASKED, 'well', undefined, 0, 'recovered'],
    ['waits for the first message of a new one', RENEWED, 'waiting', undefined, 999, 'none'],
    ['gives up when that was in vain', RENEWED, 'waiting', undefined, 1000, 'give-up'],
    ['gives up when the new one ends, too', RENEWED, 'waiting', ENDED, 0, 'give-up'],
    ['is over when the new one speaks', RENEWED, 'well', undefined, 0, 'recovered'],
  ]
  for (const [rule, stage, standing, ended, nowMs, step] of rows) {
    it(rule, () => assert.equal(nextStep(stage, standing, ended, nowMs), step))
  }

  it('says what it does and why', () => {
    assert.equal(describeStep('ask', 'silent', undefined), 'the server has stopped sending: asking it anew')
    assert.match(
      describeStep('renew', 'starved', undefined),
      /though it says that it is there, also when asked: subscr/,
    )
    assert.match(describeStep('renew', 'well', ENDED), /has ended the subscription \(BadTimeout\): subscribing anew$/)
    assert.match(
      describeStep('give-up', 'waiting', undefined),
      /stopped sending, though subscribed anew: connecting anew/,
    )
  })
})
