import assert from 'node:assert/strict'
import { keepAliveMsOf, limitsOf, subscribe } from '../../../nodes/opcua-in/foundation'
import { ImaginedServer } from './imagined-server'

describe('What a subscription is asked for', () => {
  // biome-ignore format: a table, one line a publishing interval
  const rows: [publishingMs: number, keepAliveMs: number, silentMs: number][] = [
    [50, 2000, 5000], [300, 2100, 5200], [1000, 2000, 5000], [5000, 5000, 11_000], [60_000, 60_000, 121_000],
  ]
  for (const [publishingMs, keepAliveMs, silentMs] of rows) {
    it(`is a sign of life every ${keepAliveMs} ms, when it publishes every ${publishingMs} ms`, async () => {
      const current = await subscribe(new ImaginedServer().session(), publishingMs, 500, () => {})
      assert.equal(keepAliveMsOf(current), keepAliveMs)
      assert.equal(limitsOf(current, undefined).silentMs, silentMs)
      // It outlives a session of 30 s, and three signs of life.
      const lifetimeMs = current.lifetimeCount * publishingMs
      assert.ok(lifetimeMs >= 60_000 && current.lifetimeCount >= 3 * current.keepAliveCount)
    })
  }

  it('counts as the server has revised it, and data count where the clock is told', () => {
    const revised = { id: 1, publishingMs: 1000, keepAliveCount: 600, lifetimeCount: 1800, notificationsMax: 500 }
    assert.deepEqual(limitsOf(revised, 1000), { silentMs: 1_201_000, starvedMs: 5000 })
  })

  it('is more than a server without subscriptions has, which is told in words', async () => {
    const server = new ImaginedServer()
    server.refuses.set('subscribe', 'BadServiceUnsupported')
    await assert.rejects(
      subscribe(server.session(), 1000, 500, () => {}),
      { kind: 'link', message: /choose poll/ },
    )
  })
})
