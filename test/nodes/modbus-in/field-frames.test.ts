// Devices whose frames are wrong, read all the same.

import assert from 'node:assert/strict'
import { STRAY_PLACES } from '../../../simulators/faults/stray-bytes'
import type { Behaviour, FrameBehaviour } from '../../../simulators/modbus/behaviours/behaviour'
import { FILLERS } from '../../../simulators/modbus/behaviours/behaviour'
import type { ModbusTransport } from '../../../simulators/modbus/framing'
import type { ShortTag } from './config'
import { assertGood, closeField, fieldOf, isGood } from './field-bench'

const TAGS: ShortTag[] = [
  ['word', 'hr10', 'uint16'],
  ['long', 'hr12', 'uint32'],
  ['far', 'ir100', 'uint16'],
  ['coil', 'coil:3', 'bool'],
]
const VALUES = { word: 10, long: 12 * 65_536 + 13, far: 100, coil: true }
const NAMES = Object.keys(VALUES)
const told = (logged: string[]) => logged.filter((line) => /^(info|warn|error)/.test(line))

describe('a reader and a device with exception frames of the wrong length', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of ['tcp', 'udp'] as const) {
    it(`loses the refused register alone, and no connection, over ${transport}`, async () => {
      const bad: Behaviour = { kind: 'refuses', code: 2, place: { unit: 1, area: 'holding', address: 50, count: 1 } }
      const { device, loop } = await fieldOf([bad, { kind: 'exception-length-4' }], [...TAGS, ['none', 'hr50']], {
        transport,
      })
      await loop.when(isGood(...NAMES))
      const cycles = await loop.next(10)
      assertGood(cycles, VALUES)
      for (const { quality } of cycles) assert.match(quality.none ?? '', /exception 2/)
      assert.equal(device.connections, 1)
    })
  }
})

describe('a reader and a device whose frames have another length than they say', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  const rows: [kind: FrameBehaviour['kind'] & ('extra-byte' | 'length-6' | 'length-too-small'), ModbusTransport][] = [
    ['extra-byte', 'tcp'],
    ['length-6', 'tcp'],
    ['length-too-small', 'tcp'],
    ['extra-byte', 'udp'],
    ['length-6', 'udp'],
    ['length-too-small', 'udp'],
  ]
  for (const [kind, transport] of rows) {
    it(`takes what function and byte count announce, and tells it once: ${kind} over ${transport}`, async () => {
      const { device, loop } = await fieldOf([{ kind }], TAGS, { transport })
      await loop.when(isGood(...NAMES))
      assertGood(await loop.next(10), VALUES)
      assert.equal(device.connections, 1)
      assert.equal(told(loop.logged).length, 1, loop.logged.join('\n'))
    })
  }

  for (const transport of ['tcp', 'udp'] as const) {
    for (const length of [0, 300, 65535] as const) {
      it(`does so where the length field says nothing at all, in any pieces: ${length} over ${transport}`, async () => {
        const bad: Behaviour = { kind: 'refuses', code: 2, place: { unit: 1, area: 'holding', address: 50, count: 1 } }
        const behaviours: Behaviour[] = [bad, { kind: 'length-garbage', length }]
        if (transport === 'tcp') behaviours.push({ kind: 'pieces', bytes: 5 })
        const { device, loop } = await fieldOf(behaviours, [...TAGS, ['none', 'hr50']], { transport })
        await loop.when(isGood(...NAMES))
        const cycles = await loop.next(10)
        assertGood(cycles, VALUES)
        assert.match(cycles.at(-1)?.quality.none ?? '', /exception 2/)
        assert.equal(device.connections, 1)
        const lengths = told(loop.logged).filter((line) => line.includes(`a wrong length field: it says ${length}`))
        assert.equal(lengths.length, 1, loop.logged.join('\n'))
      })
    }
  }

  for (const transport of ['tcp', 'udp'] as const) {
    for (const identity of ['transaction-0', 'own-transactions'] as const) {
      it(`does so where the transaction says nothing either, with bytes between: ${identity} over ${transport}`, async () => {
        for (const length of [0, 300, 65535] as const) {
          const behaviours: Behaviour[] = [{ kind: identity }, { kind: 'length-garbage', length }]
          if (transport === 'tcp') behaviours.push({ kind: 'bytes-between', filler: '0xff', place: 'before' })
          const transactionId = identity === 'transaction-0' ? 'check' : 'ignore'
          const { device, loop } = await fieldOf(behaviours, TAGS, { transport, transactionId })
          await loop.when(isGood(...NAMES))
          assertGood(await loop.next(6), VALUES)
          assert.equal(device.connections, 1)
        }
      })
    }
  }

  for (const transport of ['tcp', 'udp', 'rtu-over-tcp', 'ascii-over-tcp'] as const) {
    it(`reads over a carriage return behind each answer over ${transport}`, async () => {
      const { device, loop } = await fieldOf([{ kind: 'carriage-return' }], TAGS, { transport })
      await loop.when(isGood(...NAMES))
      assertGood(await loop.next(10), VALUES)
      assert.equal(device.connections, 1)
      assert.ok(told(loop.logged).length <= 1, loop.logged.join('\n'))
    })
  }
})

describe('a reader and a device that answers in the name of another request', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of ['tcp', 'udp'] as const) {
    it(`takes transaction 0 for its own over ${transport}`, async () => {
      const { device, loop } = await fieldOf([{ kind: 'transaction-0' }], TAGS, { transport })
      await loop.when(isGood(...NAMES))
      assertGood(await loop.next(10), VALUES)
      assert.equal(device.connections, 1)
    })

    const rows: [Behaviour, property: string, value: string][] = [
      [{ kind: 'own-transactions' }, 'transactionId', 'ignore'],
      [{ kind: 'answers-as-unit', unit: 0 }, 'answerUnit', 'any'],
    ]
    for (const [behaviour, property, value] of rows) {
      it(`names the property that helps, and is helped by it: ${behaviour.kind} over ${transport}`, async () => {
        const { device, loop } = await fieldOf([behaviour], TAGS, { transport })
        const names = ({ quality }: { quality: Record<string, string> }) => quality.word?.includes(property) ?? false
        const { values } = await loop.when(names)
        assert.deepEqual(values, { word: null, long: null, far: null, coil: null })
        assert.ok(device.connections <= 2, `${device.connections} connections`)
        const helped = await fieldOf([behaviour], TAGS, { transport, [property]: value })
        await helped.loop.when(isGood(...NAMES))
        assertGood(await helped.loop.next(10), VALUES)
        assert.equal(helped.device.connections, 1)
      })
    }
  }
})

describe('a reader and bytes that are no Modbus', function () {
  afterEach(closeField)

  // in real time: another process may have kept the machine busy
  this.retries(1)

  for (const transport of ['tcp', 'rtu-over-tcp', 'ascii-over-tcp'] as const) {
    for (const filler of FILLERS) {
      for (const place of STRAY_PLACES) {
        it(`reads over them: ${filler} ${place} over ${transport}`, async () => {
          const { device, loop } = await fieldOf([{ kind: 'bytes-between', filler, place }], TAGS, { transport })
          await loop.when(isGood(...NAMES))
          assertGood(await loop.next(8), VALUES)
          assert.equal(device.connections, 1)
        })
      }
    }
  }
})
