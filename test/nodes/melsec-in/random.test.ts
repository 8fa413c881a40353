import assert from 'node:assert/strict'
import { planRequests } from '../../../lib/polling/requests'
import { blockLimits, RANDOM } from '../../../nodes/melsec-in/areas'
import { plcOf } from '../../../nodes/melsec-in/fields'
import { forecast } from '../../../nodes/melsec-in/forecast'
import { itemsOf } from '../../../nodes/melsec-in/items'
import { chooseRandom, inSlots, randomRequest, SLOT_BYTES } from '../../../nodes/melsec-in/random'
import { configOf, registers, type ShortTag } from './config'

const IQR = { series: 'iqr', frame: '4E' }
const FX3 = { series: 'fx3', frame: '1E' }

/** The requests of a cycle, with how many points each has. */
function requestsOf(tags: ShortTag[], others: object = {}, allowed?: boolean): string[] {
  const config = configOf(tags, others)
  const plc = plcOf(config)
  const { items } = chooseRandom(itemsOf(config), plc, allowed)
  return planRequests(items, blockLimits(plc)).map(({ area, address, length }) => `${area} ${address}+${length}`)
}

/** So far apart that no two are read together. */
const scattered = (count: number, type = 'uint16'): ShortTag[] =>
  Array.from({ length: count }, (_, at) => [`t${at}`, `D${at * 1000}`, type])

describe('random reads', () => {
  const table: [what: string, tags: ShortTag[], others: object, requests: string[]][] = [
    ['are not for one batch', registers(10), {}, ['D 0+10']],
    ['are not for many words in a row', registers(960), {}, ['D 0+960']],
    ['are for two words far from each other', scattered(2), {}, ['random 0+2']],
    ['hold as many points as the series gives', scattered(193), {}, ['random 0+192', 'D 192000+1']],
    ['are none in 1E', registers(1).concat([['far', 'D7000']]), FX3, ['D 0+1', 'D 7000+1']],
    ['read two words as one double word', scattered(2, 'uint32'), {}, ['random 0+2']],
    [
      'read devices of all kinds together',
      [
        ['d', 'D0'],
        ['m', 'M100', 'bool'],
        ['x', 'X1F', 'bool'],
        ['w', 'W0', 'float64'],
      ],
      {},
      ['random 0+5'],
    ],
    [
      'read relays of a word once',
      [
        ['d', 'D0'],
        ['m1', 'M1', 'bool'],
        ['m15', 'M15', 'bool'],
        ['m16', 'M16', 'bool'],
      ],
      {},
      ['random 0+3'],
    ],
    [
      'leave long rows to batches',
      [...registers(500), ['m', 'M1', 'bool'], ['w', 'W0']],
      {},
      ['random 0+2', 'D 0+500'],
    ],
    [
      'are not for contacts',
      [
        ['ts', 'TS1', 'bool'],
        ['cs', 'CS1', 'bool'],
      ],
      {},
      ['TS 1+1', 'CS 1+1'],
    ],
    [
      'are not for what needs more points than they have',
      [
        ['a', 'D0', 'uint16', { length: 500 }],
        ['b', 'D5000', 'uint16', { length: 500 }],
      ],
      {},
      ['D 0+500', 'D 5000+500'],
    ],
    [
      'are the only way to LZ',
      [
        ['lz', 'LZ0', 'uint32'],
        ['d', 'D0'],
      ],
      IQR,
      ['random 0+2'],
    ],
  ]
  for (const [what, tags, others, requests] of table) {
    it(what, () => assert.deepEqual(requestsOf(tags, others), requests))
  }

  it('are left where the PLC does not know them, but for what has no other way', () => {
    assert.deepEqual(requestsOf(scattered(2), {}, false), ['D 0+1', 'D 1000+1'])
    assert.deepEqual(
      requestsOf(
        [
          ['lz', 'LZ0', 'uint32'],
          ['d', 'D0'],
          ['m', 'M0', 'bool'],
        ],
        IQR,
        false,
      ),
      ['random 0+1', 'D 0+1', 'M 0+1'],
    )
  })

  it('keep what is read in other cycles apart', () => {
    const tags: ShortTag[] = [
      ...scattered(2),
      ['slow', 'D0', 'uint16', { every: 5 }],
      ['slow too', 'D0', 'int16', { every: 5 }],
    ]
    const config = configOf(tags)
    const { items } = chooseRandom(itemsOf(config), plcOf(config))
    assert.deepEqual(
      items.map(({ area, every, targets }) => [area, every, targets.map(({ column }) => column)]),
      [
        [RANDOM, undefined, [0]],
        [RANDOM, undefined, [1]],
        [RANDOM, 5, [2, 3]],
      ],
    )
  })

  it('never take more requests than batches', () => {
    for (let count = 1; count < 400; count += 7) {
      const tags: ShortTag[] = [
        ...scattered(count),
        ...registers(count, 400_000),
        ['m', 'M0', 'bool'],
        ['text', 'W0', 'string', { length: 250 }],
      ]
      assert.ok(requestsOf(tags).length <= requestsOf(tags, {}, false).length, String(count))
      assert.equal(forecast(configOf(tags)).requests, requestsOf(tags).length)
    }
  })

  it('ask for words and double words apart, and give each its place', () => {
    const config = configOf([
      ['a', 'D0'],
      ['b', 'W100', 'uint32'],
      ['c', 'M20', 'bool'],
    ])
    const { items, slots } = chooseRandom(itemsOf(config), plcOf(config))
    assert.deepEqual(
      items.map(({ area }) => area),
      [RANDOM, RANDOM, RANDOM],
    )
    assert.deepEqual(randomRequest(slots), {
      kind: 'random',
      words: [
        { device: 'D', number: 0 },
        { device: 'M', number: 16 },
      ],
      doubleWords: [{ device: 'W', number: 0x100 }],
    })
    // D0 = 7, M16 to M31 = bit 4 on, W100 = 12345678H, low word first
    const view = inSlots(new DataView(Uint8Array.of(0, 7, 0, 0x10, 0x56, 0x78, 0x12, 0x34).buffer), slots)
    const values = items.flatMap(({ address, targets }) =>
      targets.map(({ decode }) => decode(view, address * SLOT_BYTES)),
    )
    assert.deepEqual(values, [7, 0x1234_5678, true])
  })
})
