import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { Enumerations } from '../../../nodes/opcua-in/enumerations'
import type { Answer, Wanted } from '../../../nodes/opcua-in/source'
import { until } from '../../support/until'
import { ImaginedServer } from './imagined-server'

const STATES = new Map([[2, 'Running']])
const wanted: Wanted[] = ['a', 'b', 'c'].map((value) => ({
  name: value,
  address: { namespace: 2, id: { kind: 'string', value }, range: value === 'c' ? '0' : '' },
  deadband: undefined,
}))
/** Whatever is late is so at once. */
let nowMs = 0
const hurried = {
  nowMs: () => nowMs,
  after: (_ms: number, then: () => void) => {
    const timer = setImmediate(then)
    return () => clearImmediate(timer)
  },
}
const patient = { nowMs: () => nowMs, after: () => () => {} }

function came(type: number, code = 0): Answer {
  const value = { type, isArray: false, dimensions: undefined, data: 2 }
  return { sample: { code, status: 'Good', value, sourceTime: undefined } }
}
const int32s = [came(6), came(6), came(6)]

describe('Enumerations among the columns', () => {
  let server: ImaginedServer
  let enumerations: Enumerations
  beforeEach(() => {
    nowMs = 0
    server = new ImaginedServer()
    server.types.set('a', 'State').set('b', 'Plain').set('c', 'State')
    server.texts.set('State', STATES)
    enumerations = new Enumerations(wanted, patient)
    enumerations.connected(server.session())
  })
  const found = () => [0, 1, 2].map((column) => enumerations.of(column))

  it('are known with the first values, each type asked for once', async () => {
    await enumerations.see(int32s)
    assert.deepEqual(found(), [STATES, undefined, STATES])
    assert.deepEqual(server.calls, ['dataTypes 3', 'enumerationTexts State Plain'])
    await enumerations.see(int32s)
    await turn()
    assert.equal(server.calls.length, 2)
  })

  it('are asked for only where a value came that may be one', async () => {
    await enumerations.see([came(11), came(6, 0x80000000), { problem: 'not yet' }])
    assert.deepEqual([found(), server.calls], [[undefined, undefined, undefined], []])
    await enumerations.see([came(11), came(11), came(6)])
    await until(() => enumerations.of(2) !== 'asking')
    assert.deepEqual(found(), [undefined, undefined, STATES])
  })

  it('are asked for in batches that the server can stand', async () => {
    server.limits = { nodesPerRead: 2, itemsPerCall: undefined }
    await enumerations.see(int32s)
    assert.deepEqual(server.calls, ['dataTypes 2', 'enumerationTexts State Plain', 'dataTypes 1'])
    assert.deepEqual(found(), [STATES, undefined, STATES])
  })

  it('hold their column back, and nothing else, while the server thinks', async () => {
    let done = (): void => {}
    server.thinking = new Promise((resolve) => {
      done = resolve
    })
    enumerations = new Enumerations(wanted, hurried)
    enumerations.connected(server.session())
    await enumerations.see([came(6), came(11), came(11)])
    assert.deepEqual(found(), ['asking', undefined, undefined])
    // one that comes meanwhile is asked for next
    await enumerations.see([came(6), came(6), came(11)])
    assert.deepEqual(found(), ['asking', 'asking', undefined])
    done()
    await until(() => !found().includes('asking'))
    assert.deepEqual(found(), [STATES, undefined, undefined])
  })

  it('cost nothing but the text when the server does not answer', async () => {
    server.refuses.set('dataTypes', 'mute')
    await enumerations.see(int32s)
    assert.deepEqual(found(), [undefined, undefined, undefined])
  })

  it('lose no other when the server refuses one', async () => {
    server.poison = 'b'
    await enumerations.see(int32s)
    assert.deepEqual(found(), [STATES, undefined, STATES])
  })

  it('are asked for again where the server does not tell them on the next connection, and are no numbers meanwhile', async () => {
    await enumerations.see(int32s)
    server.refuses.set('dataTypes', 'mute')
    enumerations.connected(server.session(true))
    assert.deepEqual(found(), ['asking', undefined, 'asking'])
    await enumerations.see(int32s)
    await until(() => enumerations.of(1) !== 'asking')
    assert.deepEqual(found(), ['asking', undefined, 'asking'])
    server.refuses.clear()
    server.calls.length = 0
    nowMs = 29_999
    await enumerations.see(int32s)
    assert.deepEqual(server.calls, [])
    nowMs = 30_000
    await enumerations.see(int32s)
    await until(() => !found().includes('asking'))
    assert.deepEqual(found(), [STATES, undefined, STATES])
  })

  it('are not used on the next connection before the server has told them', async () => {
    enumerations = new Enumerations(wanted, hurried)
    enumerations.connected(server.session())
    await enumerations.see(int32s)
    await until(() => !found().includes('asking'))
    server.thinking = new Promise(() => {})
    enumerations.connected(server.session(true))
    await enumerations.see(int32s)
    assert.deepEqual(found(), ['asking', 'asking', 'asking'])
  })

  it('are asked for once more every 10 minutes', async () => {
    await enumerations.see(int32s)
    const other = new Map([[2, 'Idle']])
    server.texts.set('State', other)
    server.calls.length = 0
    nowMs = 599_999
    await enumerations.see(int32s)
    assert.deepEqual([found(), server.calls], [[STATES, undefined, STATES], []])
    nowMs = 600_000
    await enumerations.see(int32s)
    await until(() => enumerations.of(0) === other)
    assert.deepEqual(found(), [other, undefined, other])
    assert.deepEqual(server.calls, ['dataTypes 3', 'enumerationTexts State Plain'])
  })

  it('are none any more where another type came', async () => {
    await enumerations.see(int32s)
    enumerations.connected(server.session())
    await enumerations.see([came(11), came(6), came(6)])
    assert.deepEqual(found(), [undefined, undefined, STATES])
    await enumerations.see([came(11), came(6), came(11)])
    assert.deepEqual(found(), [undefined, undefined, undefined])
  })

  it('are looked at anew on the next connection', async () => {
    await enumerations.see(int32s)
    const other = new Map([[2, 'Idle']])
    server.texts.set('State', other)
    enumerations.connected(server.session())
    await enumerations.see(int32s)
    assert.deepEqual(found(), [other, undefined, other])
  })

  it('take no answer of a connection that is gone', async () => {
    let done = (): void => {}
    server.thinking = new Promise((resolve) => {
      done = resolve
    })
    enumerations = new Enumerations(wanted, hurried)
    enumerations.connected(server.session())
    await enumerations.see(int32s)
    const next = new ImaginedServer()
    enumerations.connected(next.session())
    done()
    await enumerations.see(int32s)
    assert.deepEqual(found(), [undefined, undefined, undefined])
  })

  it('are none where the column is to stay a number', async () => {
    enumerations = new Enumerations([undefined, wanted[1], undefined], patient)
    enumerations.connected(server.session())
    await enumerations.see(int32s)
    assert.deepEqual(server.calls, ['dataTypes 1', 'enumerationTexts Plain'])
  })
})
