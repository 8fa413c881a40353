import assert from 'node:assert/strict'
import { MessageSize } from '../../../nodes/opcua-in/message-size'

describe('The size of the messages of a subscription', () => {
  const search = (size: MessageSize, found: number) => {
    size.cannotRead()
    assert.deepEqual([size.beginSearch(), size.beginSearch()], [true, false])
    return size.endSearch(found)
  }

  it('stays as it is while single values are the reason', () => {
    const size = new MessageSize(30)
    const before = size.notificationsMax
    for (let count = 0; count < 10; count++) assert.equal(search(size, 1), 'found')
    assert.equal(size.notificationsMax, before)
  })

  it('is halved where all values can be read one by one, down to one value', () => {
    const size = new MessageSize(30)
    const sizes: number[] = []
    while (search(size, 0) === 'smaller') sizes.push(size.notificationsMax)
    assert.deepEqual([sizes, search(size, 0)], [[16, 8, 4, 2, 1], 'nothing'])
  })

  it('is spoken of once, until a message can be read again', () => {
    const size = new MessageSize(30)
    assert.deepEqual([size.cannotRead(), size.cannotRead()], [true, false])
    size.couldRead()
    assert.equal(size.cannotRead(), true)
  })

  it('is remembered by the next subscription', () => {
    const size = new MessageSize(30)
    search(size, 0)
    size.begin()
    assert.deepEqual([size.notificationsMax, size.beginSearch()], [16, false])
  })
})
