import assert from 'node:assert/strict'
import { NamedPort } from '../../../../nodes/melsec-in/link/named-port'

const TIMEOUT_MS = 30
const never = new AbortController().signal
const isText = (text: string) => (datagram: Buffer) => datagram.toString() === text

/** How long it is until the next request may be sent, ms. */
async function quietMs(port: NamedPort): Promise<number> {
  const startedMs = performance.now()
  await port.quiet(never)
  return performance.now() - startedMs
}

describe('the one port that all requests come from', () => {
  it('is quiet for three timeouts at first, since another process may have asked from it', async () => {
    const port = new NamedPort(TIMEOUT_MS)
    assert.equal(port.arrived(Buffer.from('anything')), false)
    assert.ok((await quietMs(port)) >= 3 * TIMEOUT_MS - 10)
    assert.ok((await quietMs(port)) < TIMEOUT_MS)
  })

  it('is quiet until the answer that is owed has come, and for nothing else that comes', async () => {
    const port = new NamedPort(TIMEOUT_MS)
    await port.quiet(never)
    port.gaveUp(isText('first'))
    port.gaveUp(isText('second'))
    assert.equal(port.arrived(Buffer.from('alive')), false)
    assert.equal(port.arrived(Buffer.from('second')), true)
    assert.equal(port.arrived(Buffer.from('second')), false)
    assert.equal(port.arrived(Buffer.from('first')), true)
    assert.ok((await quietMs(port)) < TIMEOUT_MS)
  })

  it('is quiet no longer than three timeouts for an answer that never comes', async () => {
    const port = new NamedPort(TIMEOUT_MS)
    await port.quiet(never)
    port.gaveUp(isText('lost'))
    port.arrived(Buffer.from('alive'))
    assert.ok((await quietMs(port)) >= 3 * TIMEOUT_MS - 10)
    assert.equal(port.arrived(Buffer.from('lost')), false)
  })
})
