import assert from 'node:assert/strict'
import fc from 'fast-check'
import { wordTypes } from '../../../lib/contract/word-types'
import { planRequests } from '../../../lib/polling/requests'
import { describeAddress } from '../../../nodes/melsec-in/addresses'
import { blockLimits, RANDOM, requestFor } from '../../../nodes/melsec-in/areas'
import { devicesOf } from '../../../nodes/melsec-in/devices'
import { melsecFields, parseMelsecConfig } from '../../../nodes/melsec-in/fields'
import { codecOf } from '../../../nodes/melsec-in/frames/codec'
import { OWN_STATION } from '../../../nodes/melsec-in/frames/request'
import { itemsOf } from '../../../nodes/melsec-in/items'
import { chooseRandom, randomRequest } from '../../../nodes/melsec-in/random'
import type { Plc } from '../../../nodes/melsec-in/series'
import { definitionOf, type ShortTag } from './config'
import { allPlcs } from './plcs'

describe('the areas of a PLC', () => {
  it('are not read across numbers that do not exist', () => {
    const { cuts } = blockLimits({ series: 'a', frame: '1E', encoding: 'binary' })
    assert.deepEqual(cuts?.('D'), [{ address: 9000, length: 0 }])
    assert.deepEqual(cuts?.('W'), [])
  })

  it('are asked for in whole points', () => {
    const { maxLength } = blockLimits({ series: 'fx3', frame: '1E', encoding: 'binary' })
    assert.deepEqual(['D', 'M', 'CN', 'CN200'].map(maxLength), [64, 256, 64, 64])
    const iqr: Plc = { series: 'iqr', frame: '4E', encoding: 'ascii' }
    assert.deepEqual(['D', 'M', 'LTN', RANDOM].map(blockLimits(iqr).maxLength), [960, 3584, 960, 96])
    const block = { area: 'LTN', address: 20, length: 8 }
    assert.deepEqual(requestFor(iqr, block), { kind: 'words', device: 'LTN', number: 5, words: 8 })
  })

  /** Any address of the PLC, the ends of its devices more often than others. */
  function tagsOf(plc: Plc): fc.Arbitrary<ShortTag> {
    const devices = [...devicesOf(plc).values()]
    return fc
      .record({
        device: fc.constantFrom(...devices),
        stretch: fc.nat(1),
        near: fc.nat(40),
        far: fc.nat(),
        place: fc.constantFrom('first', 'last', 'between'),
        type: fc.constantFrom(...wordTypes),
        length: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70 })),
        bit: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(15) }),
      })
      .map(({ device, stretch, near, far, place, type, length, bit }): ShortTag => {
        const [first, last] = device.ranges[stretch % device.ranges.length] ?? [0, 0]
        const wished = { first: first + near, last: last - near, between: first + (far % (last - first + 1)) }[place]
        const number = Math.min(last, Math.max(first, wished))
        const address = { device: device.name, number, ...(bit !== undefined && { bit }) }
        return ['t', describeAddress(address, plc).replace(/ .*/, ''), type, { length }]
      })
  }

  for (const plc of allPlcs) {
    it(`give nothing but requests that the PLC can answer: ${plc.series} ${plc.frame} ${plc.encoding}`, () => {
      const codec = codecOf(plc, OWN_STATION, melsecFields.monitoringTimer.default)
      let planned = 0
      fc.assert(
        fc.property(fc.array(tagsOf(plc), { minLength: 30, maxLength: 60 }), fc.boolean(), (list, allowed) => {
          const sound = list.filter((tag) => parseMelsecConfig(definitionOf([tag], plc)).ok)
          const parsed = parseMelsecConfig(
            definitionOf(
              sound.map(([, ...rest], at) => [`t${at}`, ...rest]),
              plc,
            ),
          )
          if (!parsed.ok) return
          const { items, slots } = chooseRandom(itemsOf(parsed.value), plc, allowed)
          for (const block of planRequests(items, blockLimits(plc))) {
            const { area, address, length } = block
            const request =
              area === RANDOM ? randomRequest(slots.slice(address, address + length)) : requestFor(plc, block)
            codec.encode(request, 1)
            planned++
          }
        }),
        { numRuns: 100 },
      )
      assert.ok(planned > 100, `${planned} requests`)
    })
  }
})
