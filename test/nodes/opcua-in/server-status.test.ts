import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { describeShutdown, doubtOf, ServerStatus } from '../../../nodes/opcua-in/server-status'
import { BAD, ImaginedServer, sampleOf } from './imagined-server'

describe('What a server tells of itself', () => {
  // biome-ignore format: a table, one line a state
  const rows: [state: unknown, doubt: RegExp | undefined][] = [
    [0, undefined], [1, /failed.*Failed/], [2, /no configuration.*NoConfiguration/], [3, /suspended.*Suspended/], [4, /about to stop.*Shutdown/],
    [5, /test mode.*Test/], [6, /lost the devices.*CommunicationFault/], [7, /Unknown/], [99, /a state of its own \(its state is 99\)/],
    ['text', undefined], [null, undefined],
  ]
  for (const [state, doubt] of rows) {
    it(`is ${doubt ? 'a doubt' : 'none'} for the state ${state}`, () => {
      if (doubt) assert.match(doubtOf(sampleOf(state)) ?? '', doubt)
      else assert.equal(doubtOf(sampleOf(state)), undefined)
    })
  }

  it('is no doubt where it tells nothing', () => {
    assert.equal(doubtOf(undefined), undefined)
    assert.equal(doubtOf(sampleOf(3, { code: BAD, status: 'BadUserAccessDenied' })), undefined)
  })

  it('says when it stops, as far as it is known', () => {
    const reason = sampleOf({ text: 'maintenance' })
    assert.equal(describeShutdown([sampleOf(12), reason]), 'in 12 s: maintenance')
    assert.equal(describeShutdown([sampleOf(0), reason]), 'maintenance')
    assert.equal(describeShutdown([sampleOf(12), sampleOf({ text: null })]), 'in 12 s')
    assert.equal(describeShutdown([]), '')
  })

  it('is told when it changes', async () => {
    const server = new ImaginedServer()
    const status = new ServerStatus()
    const told = [0, 0, 3, 3, 4, 0].map((state) => status.hear(sampleOf(state), server.session()))
    assert.deepEqual(told, [undefined, undefined, 'doubtful', undefined, 'doubtful', 'running'])
    await setImmediate()
    assert.equal(status.doubt, undefined)
  })

  it('is a doubt also where it does not say when it stops', async () => {
    const server = new ImaginedServer()
    server.refuses.set('read', 'BadShutdown')
    const status = new ServerStatus()
    status.hear(sampleOf(4), server.session())
    await setImmediate()
    assert.equal(status.doubt, 'the server is about to stop (its state is Shutdown)')
  })
})
