import assert from 'node:assert/strict'
import { Control } from '../../../lib/child/control'
import { type FromChild, parseFromChild } from '../../../lib/contract/control'
import { Fault } from '../../../lib/contract/fault'

describe('control channel of the child', () => {
  function open() {
    const sent: FromChild[] = []
    const done: (() => void)[] = []
    const control = new Control((message, callback) => {
      sent.push(message)
      done.push(callback)
    })
    control.adopt(7)
    const finish = (): void => {
      for (const callback of done.splice(0)) callback()
    }
    return { control, sent, finish }
  }

  it('says what the supervisor understands, with its generation', () => {
    const { control, sent } = open()
    control.ready()
    control.link({ link: 'connected', reason: '' })
    control.log('warn', 'hot')
    control.fault(new Fault('config', 'configuration', 'port: 99999'), 'config')
    control.result(4, false, 'no')
    assert.deepEqual(sent.map(parseFromChild), sent)
    assert.deepEqual(
      sent.map(({ type, generation }) => `${type} ${generation}`),
      ['ready 7', 'link 7', 'log 7', 'fault 7', 'result 7'],
    )
  })

  it('cuts texts to what the supervisor takes, without half a character', () => {
    const { control, sent } = open()
    control.log('info', '温'.repeat(10_000))
    control.fault(new Fault('bug', 'x'.repeat(1000), 'y'.repeat(100_000)), 'bug')
    control.link({ link: 'disconnected', reason: 'z'.repeat(100_000) })
    const [log, ...others] = sent
    assert.equal(log?.type === 'log' && log.text, '温'.repeat(Math.floor(8192 / 3)))
    assert.deepEqual(others.map(parseFromChild), others)
  })

  it('throws nothing when the channel does', async () => {
    const control = new Control(() => {
      throw new Error('closed')
    })
    control.ready()
    await control.settled()
  })

  it('settles when all is written', async () => {
    const { control, finish } = open()
    await control.settled()
    control.ready()
    control.log('info', 'x')
    let settled = false
    const settling = control.settled().then(() => {
      settled = true
    })
    await Promise.resolve()
    assert.equal(settled, false)
    finish()
    await settling
  })

  it('queues a bounded number of messages behind a supervisor that does not read, and keeps the last link', () => {
    const { control, sent, finish } = open()
    for (let index = 0; index < 10_000; index++) control.log('info', 'flood')
    for (let index = 0; index < 100; index++) control.link({ link: 'disconnected', reason: `${index}` })
    assert.equal(sent.length, 200)
    control.fault(new Fault('bug', 'last', 'words'), 'bug')
    assert.equal(sent.length, 201)
    finish()
    assert.deepEqual(sent.at(-1), { type: 'link', generation: 7, link: 'disconnected', reason: '99' })
  })

  it('does not say an older link after a newer one', () => {
    const { control, sent, finish } = open()
    for (let index = 0; index < 200; index++) control.log('info', 'flood')
    control.link({ link: 'disconnected', reason: '' })
    finish()
    control.link({ link: 'connected', reason: '' })
    finish()
    assert.deepEqual(
      sent.flatMap((message) => (message.type === 'link' ? [message.link] : [])),
      ['disconnected', 'connected'],
    )
  })
})
