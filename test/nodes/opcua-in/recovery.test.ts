import assert from 'node:assert/strict'
import { Recovery } from '../../../nodes/opcua-in/recovery'
import { Watchdog } from '../../../nodes/opcua-in/watchdog'

const LIFE_SIGN_MS = 3000
const LIMITS = { silentMs: 5000, starvedMs: 7000 }

describe('The recovery of a subscription that brings nothing', () => {
  let watchdog: Watchdog
  let nowMs: number
  let ended: string | undefined
  let isOurs: boolean
  let hasSubscription: boolean
  let done: string[]
  let recovery: Recovery
  beforeEach(() => {
    watchdog = new Watchdog()
    watchdog.begin(0, LIMITS, false)
    ;[nowMs, ended, isOurs, hasSubscription, done] = [0, undefined, true, true, []]
    recovery = new Recovery({
      watchdog,
      nowMs: () => nowMs,
      log: (level, text) => done.push(`${level}: ${text}`),
      ended: () => ended,
      lifeSignMs: () => (hasSubscription ? LIFE_SIGN_MS : undefined),
      readClock: async () => undefined,
      goOn: async () => void done.push('goes on'),
      renew: async () => {
        done.push('renewed')
        return isOurs
      },
      giveUp: async (why) => void done.push(`given up: ${why}`),
    })
  })
  async function lookAt(ms: number): Promise<string[]> {
    nowMs = ms
    await recovery.look(ms)
    return done.splice(0)
  }

  it('takes one step after the other, each when the one before had its time', async () => {
    assert.deepEqual(await lookAt(4999), [])
    const [warning, ...acts] = await lookAt(5001)
    assert.match(`${warning}`, /^warn: the server has stopped sending: asking it anew$/)
    assert.deepEqual(acts, ['goes on'])
    assert.match(recovery.text ?? '', /asking it anew/)
    assert.deepEqual(await lookAt(5001 + LIFE_SIGN_MS - 1), [])
    assert.deepEqual((await lookAt(5001 + LIFE_SIGN_MS)).slice(1), ['renewed'])
    const renewedMs = 5001 + LIFE_SIGN_MS
    assert.deepEqual(await lookAt(renewedMs + LIMITS.silentMs - 1), [])
    assert.match((await lookAt(renewedMs + LIMITS.silentMs)).join(), /^given up: .*connecting anew$/)
  })

  it('is over when something comes', async () => {
    await lookAt(5001)
    watchdog.heard(5002, true)
    assert.deepEqual(await lookAt(5003), ['info: the server sends values again'])
    assert.deepEqual([recovery.text, await lookAt(5004)], [undefined, []])
  })

  it('begins with another subscription when the server has ended the one there was', async () => {
    ended = 'BadTimeout'
    assert.match((await lookAt(1)).join(), /ended the subscription \(BadTimeout\).*,renewed$/)
  })

  it('has no further step while it is not known whether there is another subscription', async () => {
    ended = 'BadTimeout'
    isOurs = false
    await lookAt(1)
    ended = undefined
    assert.deepEqual(await lookAt(1_000_000), [])
  })

  it('asks nothing of a subscription that is not there', async () => {
    hasSubscription = false
    assert.deepEqual([await lookAt(5001), recovery.text], [[], undefined])
  })
})
