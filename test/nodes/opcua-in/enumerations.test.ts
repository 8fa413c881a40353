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
const hurried = {
  nowMs: () => 0,
  after: (_ms: number, then: () => void) => {
    const timer = setImmediate(then)
    return () => clearImmediate(timer)
  },
}
const patient = { nowMs: () => 0, after: () => () => {} }

function came(type: number, code = 0): Answer {
  const value = { type, isArray: false, dimensions: undefined, data: 2 }
  return { sample: { code, status: 'Good', value, sourceTime: undefined } }
}
const int32s = [came(6), came(6), came(6)]

describe('Enumerations among the columns', () => {
  let server: ImaginedServer
  let enumerations: Enumerations
  beforeEach(() => {
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

  it('stay what they are on the next connection, though the server does not tell again', async () => {
    await enumerations.see(int32s)
    const next = new ImaginedServer()
    next.refuses.set('dataTypes', 'mute')
    enumerations.connected(next.session())
    await enumerations.see(int32s)
    assert.deepEqual(found(), [STATES, undefined, STATES])
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
