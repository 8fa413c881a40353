import assert from 'node:assert/strict'
import { BinaryStream } from 'node-opcua-binary-stream'
import { DataValue, Variant } from 'node-opcua-client'
import { PARTS_MAX, strictly } from '../../../../nodes/opcua-in/link/unfolding'
import * as binary from '../../../../simulators/opcua/raw/binary'

const nothings = (count: number) => binary.arrayVariant('DataValue', count, Buffer.alloc(count))
const decode = (bytes: Buffer) => new Variant().decode(new BinaryStream(bytes))
const tooMuch = { kind: 'protocol', code: 'message-too-large' }

describe('What a message unfolds to', () => {
  it('is decoded as far as the budget goes, each message with one of its own', () => {
    for (let message = 0; message < 3; message++) strictly(() => decode(nothings(PARTS_MAX - 2)))
    assert.throws(() => strictly(() => decode(nothings(PARTS_MAX + 1))), tooMuch)
  })

  it('counts the parts of all its values', () => {
    const some = nothings(PARTS_MAX / 10)
    assert.throws(() => {
      strictly(() => {
        for (let value = 0; value < 10; value++) decode(some)
      })
    }, tooMuch)
  })

  it('may have as many numbers as a message can hold', () => {
    const count = PARTS_MAX * 4
    strictly(() => decode(binary.arrayVariant('Double', count, Buffer.alloc(8 * count))))
  })

  it('counts texts that are read again and again', () => {
    const long = binary.string(Buffer.alloc(1024 * 1024, 'x'))
    assert.throws(() => {
      strictly(() => {
        for (let times = 0; times < 17; times++) new BinaryStream(long).readString()
      })
    }, tooMuch)
  })

  it('is refused even where the refusal was swallowed', () => {
    assert.throws(() => {
      strictly(() => {
        try {
          decode(nothings(PARTS_MAX + 1))
        } catch {}
      })
    }, tooMuch)
  })

  it('says what is wrong with it', () => {
    const single = binary.bytes(6 | 0x40, 1, 0, 0, 0)
    assert.throws(() => strictly(() => decode(single)), { code: 'malformed-message', message: /has dimensions/ })
    assert.throws(() => strictly(() => new DataValue().decode(new BinaryStream(Buffer.from([1])))), {
      code: 'malformed-message',
    })
  })

  it('has none for what others decode', () => {
    decode(nothings(PARTS_MAX + 1))
  })
})
