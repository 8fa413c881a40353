// The promise of the RTU framing, tried on devices of every kind of slowness in simulated time: never a wrong value, and
// values again soon after the device is well.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Asked, rtuFrame } from '../../../nodes/modbus-in/link/rtu'
import { RtuFraming } from '../../../nodes/modbus-in/link/rtu-framing'
import { withCrc } from './raw-device'

const TIMEOUT_MS = 1000
const EIGHT = ['echo', 'exception', 'silence'] as const

type Fate = { delayMs: number; lost: boolean; garbled: boolean }
const WELL: Fate = { delayMs: 20, lost: false, garbled: false }

/** Answers in order, each request once; the first register of an answer is the number of the request. */
class SlowDevice {
  readonly #eight: (typeof EIGHT)[number]
  readonly #coming: { atMs: number; bytes: Buffer }[] = []
  #freeAtMs = 0
  requests = 0

  constructor(eight: (typeof EIGHT)[number]) {
    this.#eight = eight
  }

  ask(request: Buffer, nowMs: number, { delayMs, lost, garbled }: Fate): void {
    const isEight = request[1] === 8
    this.requests++
    if (lost || (isEight && this.#eight === 'silence')) return
    const bytes = isEight
      ? this.#eight === 'echo'
        ? Buffer.from(request)
        : withCrc(Buffer.of(1, 0x88, 1))
      : this.#answer(request)
    if (garbled) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs + delayMs)
    this.#coming.push({ atMs: this.#freeAtMs, bytes })
  }

  /** What has come by then, one after the other. */
  heardUntil(ms: number): { atMs: number; bytes: Buffer } | undefined {
    const [first] = this.#coming
    return first && first.atMs <= ms ? this.#coming.shift() : undefined
  }

  #answer(request: Buffer): Buffer {
    const words = request.readUInt16BE(4)
    const answer = Buffer.alloc(3 + words * 2)
    answer.set([1, 3, words * 2])
    answer.writeUInt16BE(this.requests, 3)
    return withCrc(answer)
  }
}

/** Asks like a connection does; gives the number that came for each request and the one that should have. */
class Asker {
  readonly #framing = new RtuFraming({ timeoutMs: TIMEOUT_MS, chance: () => 0, noiseMax: Number.POSITIVE_INFINITY })
  readonly #device: SlowDevice
  nowMs = 0

  constructor(device: SlowDevice) {
    this.#device = device
  }

  ask(asked: Asked, fate: Fate): 'silence' | 'right' | 'wrong' {
    if (this.#framing.doubts(asked, this.nowMs)) {
      this.#device.ask(this.#framing.probe(asked, this.nowMs), this.nowMs, fate)
      this.#wait((framing) => !framing.doubts(asked, this.nowMs))
      this.#framing.giveUp()
      if (this.#framing.doubts(asked, this.nowMs)) return 'silence'
    }
    const frame = rtuFrame(asked.unit, asked.functionCode, asked.address, asked.count)
    this.#device.ask(this.#framing.request(frame, this.nowMs), this.nowMs, fate)
    const number = this.#device.requests
    const rtu = this.#wait((_, answer) => answer)
    if (rtu) return rtu.readUInt16BE(3) === number ? 'right' : 'wrong'
    this.#framing.giveUp()
    return 'silence'
  }

  pause(ms: number): void {
    this.#wait(() => false, ms)
  }

  #wait<T>(
    done: (framing: RtuFraming, answer: Buffer | undefined) => T | false | undefined,
    ms = TIMEOUT_MS,
  ): T | undefined {
    const endsAtMs = this.nowMs + ms
    for (let heard = this.#device.heardUntil(endsAtMs); heard; heard = this.#device.heardUntil(endsAtMs)) {
      this.nowMs = Math.max(this.nowMs, heard.atMs)
      const [answer] = this.#framing.receive(heard.bytes).filter(({ kind }) => kind === 'answer')
      const result = done(this.#framing, answer && 'rtu' in answer ? answer.rtu : undefined)
      if (result) return result
    }
    this.nowMs = endsAtMs
    return undefined
  }
}

const block = (count: number): Asked => ({ unit: 1, functionCode: 3, address: 100 * count, count })
const fate = fc.record({
  delayMs: fc.oneof(fc.constant(20), fc.integer({ min: 0, max: 9 * TIMEOUT_MS })),
  lost: fc.boolean(),
  garbled: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
})
const step = fc.record({ count: fc.integer({ min: 1, max: 3 }), pauseMs: fc.integer({ min: 0, max: 3000 }), fate })

for (const eight of EIGHT) {
  describe(`an RTU framing and a device that answers function 8 with ${eight}`, () => {
    it('gives no wrong value, whatever is late, lost or garbled, and values again when the device is well', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const asker = new Asker(new SlowDevice(eight))
          for (const { count, pauseMs, fate } of steps) {
            assert.notEqual(asker.ask(block(count), fate), 'wrong')
            asker.pause(pauseMs)
          }
          asker.pause(9 * TIMEOUT_MS)
          for (const count of [1, 2, 3]) {
            const outcomes = Array.from({ length: 4 }, () => asker.ask(block(count), WELL))
            assert.ok(!outcomes.includes('wrong'))
            assert.deepEqual(outcomes.slice(2), ['right', 'right'])
          }
        }),
        { numRuns: 500 },
      )
    })

    it('gives no wrong value of a device that is five timeouts late for ever', () => {
      for (const timeouts of [1.2, 1.5, 2, 3.5, 5, 9]) {
        const asker = new Asker(new SlowDevice(eight))
        const late = { ...WELL, delayMs: timeouts * TIMEOUT_MS }
        for (let times = 0; times < 500; times++) assert.notEqual(asker.ask(block(1 + (times % 2)), late), 'wrong')
      }
    })

    it('loses nothing but the request that was lost', () => {
      const asker = new Asker(new SlowDevice(eight))
      for (let times = 0; times < 4; times++) asker.ask(block(2), WELL)
      assert.equal(asker.ask(block(2), { ...WELL, lost: true }), 'silence')
      assert.equal(asker.ask(block(2), WELL), 'right')
    })
  })
}
