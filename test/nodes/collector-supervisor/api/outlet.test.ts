import assert from 'node:assert/strict'
import { BACKLOG_MAX_BYTES, Outlet } from '../../../../nodes/collector-supervisor/api/outlet'

/** A connection whose other end takes nothing until it is told to. */
class ImaginedWire {
  readonly written: string[] = []
  readonly #waiting: { bytes: number; taken: () => void }[] = []

  get backlogBytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0)
  }
  write(bytes: Buffer, taken: () => void): void {
    this.written.push(bytes.toString().slice(0, 10))
    this.#waiting.push({ bytes: bytes.length, taken })
  }
  take(count = Infinity): void {
    for (let left = count; left > 0; left--) {
      const next = this.#waiting.shift()
      if (!next) return
      next.taken()
    }
  }
}

const HALF = BACKLOG_MAX_BYTES / 2 + 1

describe('What is pushed to a monitor', () => {
  let wire: ImaginedWire
  let outlet: Outlet
  let snapshots: number

  beforeEach(() => {
    wire = new ImaginedWire()
    snapshots = 0
    outlet = new Outlet(wire, () => {
      snapshots += 1
      return [Buffer.from(`snapshot ${snapshots}`)]
    })
  })
  const push = (text: string, bytes = 10): void => outlet.push(Buffer.from(text.padEnd(bytes)))

  it('goes out at once while it is taken', () => {
    outlet.renew()
    push('first')
    push('second')
    assert.deepEqual(
      wire.written.map((text) => text.trim()),
      ['snapshot 1', 'first', 'second'],
    )
  })

  it('is left out while too much waits, so that it never grows', () => {
    for (let times = 0; times < 1000; times++) push('much', HALF)
    assert.equal(wire.written.length, 2)
    assert.ok(wire.backlogBytes <= 2 * HALF)
  })

  it('begins anew with a snapshot once all that waited has been taken', () => {
    for (let times = 0; times < 3; times++) push('much', HALF)
    wire.take(1)
    push('left out')
    assert.equal(snapshots, 0)
    wire.take(1)
    assert.deepEqual(wire.written.at(-1), 'snapshot 1')
    push('after')
    assert.equal(wire.written.at(-1)?.trim(), 'after')
    wire.take()
    assert.equal(snapshots, 1)
  })

  it('is one snapshot, however often it is asked for meanwhile', () => {
    for (let times = 0; times < 3; times++) push('much', HALF)
    for (let times = 0; times < 1000; times++) outlet.renew()
    assert.equal(snapshots, 0)
    wire.take()
    assert.equal(snapshots, 1)
  })

  it('may be a snapshot that is larger than all that may wait', () => {
    const large = new Outlet(wire, () => [Buffer.alloc(3 * BACKLOG_MAX_BYTES)])
    large.renew()
    large.push(Buffer.from('left out'))
    wire.take(1)
    assert.equal(wire.written.length, 2)
    large.push(Buffer.from('left out'))
    assert.equal(wire.written.length, 2)
  })
})
