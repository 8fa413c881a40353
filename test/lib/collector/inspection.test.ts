import assert from 'node:assert/strict'
import { ANSWER_MS, Inspection } from '../../../lib/collector/inspection'
import type { Reader, Reading } from '../../../lib/collector/reader'
import { Fault } from '../../../lib/contract/fault'
import { asRecord } from '../../../lib/contract/parse'
import { SteppedClock } from '../child/stepped-clock'

const never = () => new Promise<never>(() => {})
const READ_NOW = { type: 'read-now', generation: 1 } as const

/** A reader that a test can change under way. */
class Device implements Reader {
  readonly tags = [{ name: 'a', unit: '', kind: 'number' }] as const
  onOpen: () => Promise<void> = async () => {}
  onRead: () => Promise<Reading> = async () => ({ values: [7], bad: new Map() })
  onBrowse: (question: unknown) => Promise<unknown> = async (question) => ({ question })
  readonly calls: string[]
  constructor(calls: string[]) {
    this.calls = calls
  }
  open(): Promise<void> {
    this.calls.push('open')
    return this.onOpen()
  }
  read(): Promise<Reading> {
    this.calls.push('read')
    return this.onRead()
  }
  browse(question: unknown): Promise<unknown> {
    this.calls.push('browse')
    return this.onBrowse(question)
  }
  async close(): Promise<void> {
    this.calls.push('close')
  }
}

class Bench {
  readonly clock = new SteppedClock()
  readonly calls: string[] = []
  readonly devices: Device[] = []
  readonly answers = new Map<number, unknown>()
  readonly refusals = new Map<number, Fault>()
  prepare: (device: Device, nth: number) => void = () => {}
  ended = false
  readonly inspection: Inspection
  #lastId = 0

  constructor(prepare: Bench['prepare'] = () => {}) {
    this.inspection = new Inspection({
      create: () => {
        const device = new Device(this.calls)
        this.devices.push(device)
        prepare(device, this.devices.length)
        return device
      },
      settings: { interval: 1000, timeout: 300, measurement: '', pointTags: {} },
      clock: this.clock,
      ready: () => this.calls.push('ready'),
      answer: (id, data) => this.answers.set(id, data),
      refuse: (id, fault) => this.refusals.set(id, fault),
    })
    this.inspection.run().then(
      () => {
        this.ended = true
      },
      () => {},
    )
  }

  async readNow(): Promise<number> {
    this.inspection.obey({ ...READ_NOW, id: ++this.#lastId })
    await this.clock.advance(0)
    return this.#lastId
  }
  async browse(query: unknown): Promise<number> {
    this.inspection.obey({ type: 'query', generation: 1, id: ++this.#lastId, query })
    await this.clock.advance(0)
    return this.#lastId
  }
}

function lost(): Promise<never> {
  return Promise.reject(new Fault('link', 'connection-lost', 'the connection was lost'))
}

describe('a reader that is only asked', () => {
  it('connects for the first reading and not before, and keeps the connection for the next', async () => {
    const bench = new Bench()
    await bench.clock.advance(60_000)
    assert.deepEqual(bench.calls, ['ready'])
    await bench.readNow()
    await bench.readNow()
    assert.deepEqual(bench.calls, ['ready', 'open', 'read', 'read'])
    const answer = asRecord(bench.answers.get(2))
    assert.deepEqual(answer?.tags, [{ name: 'a', value: 7 }])
  })

  it('leaves a question of the protocol to it, connecting included', async () => {
    const bench = new Bench()
    await bench.browse({ node: 'i=85' })
    assert.deepEqual(bench.calls, ['ready', 'browse'])
    assert.deepEqual(bench.answers.get(1), { question: { node: 'i=85' } })
  })

  it('says so where there is nothing to browse', async () => {
    const bench = new Bench((device) => Object.defineProperty(device, 'browse', { value: undefined }))
    await bench.browse({})
    assert.equal(bench.refusals.get(1)?.code, 'no-browse')
  })

  it('tells why it cannot connect, and tries anew with the next question', async () => {
    const bench = new Bench((device, nth) => {
      if (nth === 1) device.onOpen = lost
    })
    await bench.readNow()
    assert.equal(bench.refusals.get(1)?.message, 'the connection was lost')
    await bench.readNow()
    assert.ok(bench.answers.has(2))
    assert.deepEqual(bench.calls, ['ready', 'open', 'close', 'open', 'read'])
  })

  it('does not fail for a connection that was lost since the last question', async () => {
    const bench = new Bench()
    await bench.readNow()
    for (const device of bench.devices) device.onRead = lost
    await bench.readNow()
    assert.deepEqual([...bench.refusals], [])
    assert.ok(bench.answers.has(2))
    assert.deepEqual(bench.calls, ['ready', 'open', 'read', 'read', 'close', 'open', 'read'])
  })

  it('keeps the connection to a device that says no', async () => {
    const bench = new Bench((device) => {
      device.onBrowse = () => Promise.reject(new Fault('device', 'BadNodeIdUnknown', 'no such node'))
    })
    await bench.browse({})
    await bench.browse({})
    assert.deepEqual(
      [...bench.refusals.values()].map(({ code }) => code),
      ['BadNodeIdUnknown', 'BadNodeIdUnknown'],
    )
    assert.deepEqual(bench.calls, ['ready', 'browse', 'browse'])
  })

  for (const where of ['onOpen', 'onRead', 'onBrowse'] as const) {
    it(`gives up a reader that hangs in ${where.slice(2).toLowerCase()}, and goes on with another`, async () => {
      const bench = new Bench((device, nth) => {
        if (nth === 1) device[where] = never
      })
      const first = where === 'onBrowse' ? await bench.browse({}) : await bench.readNow()
      const second = await bench.readNow()
      await bench.clock.advance(ANSWER_MS + 10_000)
      await bench.clock.advance(10)
      assert.match(bench.refusals.get(first)?.message ?? '', /did not answer within \d+ s/)
      assert.ok(bench.answers.has(second), 'the next question was not answered')
    })
  }

  it('answers one question at a time', async () => {
    let release: (reading: Reading) => void = () => {}
    const bench = new Bench((device) => {
      device.onRead = () => new Promise((resolve) => (release = resolve))
    })
    await bench.readNow()
    await bench.browse({})
    assert.deepEqual(bench.calls, ['ready', 'open', 'read'])
    release({ values: [1], bad: new Map() })
    await bench.clock.advance(0)
    assert.deepEqual([...bench.answers.keys()], [1, 2])
  })

  it('does not pile questions up', async () => {
    const bench = new Bench((device) => {
      device.onRead = never
    })
    for (let count = 0; count < 20; count++) await bench.readNow()
    assert.equal(bench.refusals.size, 12)
    assert.ok([...bench.refusals.values()].every(({ code }) => code === 'busy'))
  })

  it('refuses an answer that would be too long', async () => {
    const bench = new Bench((device) => {
      device.onBrowse = async () => 'x'.repeat(300_000)
    })
    await bench.browse({})
    assert.equal(bench.refusals.get(1)?.code, 'answer-too-long')
  })

  it('closes the connection at the end, and refuses who still waits', async () => {
    const bench = new Bench((device) => {
      device.onRead = never
    })
    await bench.readNow()
    await bench.readNow()
    bench.inspection.stop(1000)
    await bench.clock.advance(0)
    assert.deepEqual(
      [...bench.refusals.values()].map(({ code }) => code),
      ['stopped', 'stopped'],
    )
    assert.ok(bench.ended)
    assert.equal(bench.calls.at(-1), 'close')
    assert.equal(bench.clock.pending, 0)
  })
})
