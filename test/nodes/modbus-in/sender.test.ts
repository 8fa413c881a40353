import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Sender } from '../../../nodes/modbus-in/link/sender'

describe('A sender of requests over a port', () => {
  let told: string[]
  let writes: { text: string; done(): void; fail(): void }[]
  let sender: Sender

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] })
    told = []
    writes = []
    const write = (bytes: Buffer) =>
      new Promise<void>((resolve, reject) => {
        writes.push({ text: String(bytes), done: resolve, fail: () => reject(new Error('EIO')) })
      })
    sender = new Sender(write, { failed: (error) => told.push(String(error)), stuck: () => told.push('stuck') })
  })

  afterEach(() => {
    sender.stop()
    mock.timers.reset()
  })

  const send = (...requests: string[]) => {
    for (const request of requests) sender.send(Buffer.from(request))
  }
  const sent = () => writes.map(({ text }) => text)

  it('sends a request at once', () => {
    send('one')
    assert.deepEqual(sent(), ['one'])
  })

  it('sends the next one when the driver has taken the one before, and calls no driver stuck that is only slow', async () => {
    send('one', 'two')
    mock.timers.tick(999)
    assert.deepEqual(sent(), ['one'])
    writes[0]?.done()
    await turn()
    assert.deepEqual(sent(), ['one', 'two'])
    mock.timers.tick(999)
    writes[1]?.done()
    await turn()
    mock.timers.tick(10_000)
    assert.deepEqual(told, [])
  })

  it('does not send what was given up while it waited', async () => {
    send('one', 'two', 'three')
    writes[0]?.done()
    await turn()
    assert.deepEqual(sent(), ['one', 'three'])
  })

  it('tells of a driver that takes nothing for a second', () => {
    send('one')
    mock.timers.tick(1000)
    assert.deepEqual(told, ['stuck'])
  })

  it('tells of a write that failed, once', async () => {
    send('one')
    writes[0]?.fail()
    await turn()
    mock.timers.tick(10_000)
    assert.deepEqual(told, ['Error: EIO'])
  })

  it('sends and tells nothing after its end', async () => {
    send('one', 'two')
    sender.stop()
    sender.stop()
    writes[0]?.fail()
    await turn()
    send('three')
    mock.timers.tick(10_000)
    assert.deepEqual(sent(), ['one'])
    assert.deepEqual(told, [])
  })
})
