import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { openUdp } from '../../../lib/net/udp-link'

const never = new AbortController().signal

describe('a link over UDP', () => {
  it('knows what the name was looked up as, and asks for it only once', async () => {
    const peer = createSocket('udp4').bind(0, '127.0.0.1')
    await once(peer, 'listening')
    const { port } = peer.address()
    const settings = { host: '127.0.0.1', port, timeout: 1000, advice: 'is it there?' }
    const first = await openUdp(settings, never)
    assert.equal(first.address, '127.0.0.1')
    const next = await openUdp({ ...settings, host: 'no such host', address: first.address }, never)
    try {
      next.write(Buffer.from('here'))
      const [message] = await once(peer, 'message')
      assert.equal(String(message), 'here')
      assert.equal(next.target, `no such host:${port}`)
    } finally {
      await first.close()
      await next.close()
      peer.close()
    }
  })
})
