import assert from 'node:assert/strict'
import { Enumerations } from '../../../nodes/opcua-in/enumerations'
import type { Sample } from '../../../nodes/opcua-in/session'
import type { Answer, Heard, SourceClock, Wanted } from '../../../nodes/opcua-in/source'
import { StructureTypes } from '../../../nodes/opcua-in/structures/known-types'
import { Taking } from '../../../nodes/opcua-in/taking'
import { until } from '../../support/until'
import { ImaginedServer } from './imagined-server'
import { NO_STANDARD } from './no-types'

const PLAIN = { scale: 1, offset: 0 }
const STATES = new Map([[2, 'Running']])
const wanted: Wanted[] = [
  { name: 'a', address: { namespace: 2, id: { kind: 'string', value: 'a' }, range: '' }, deadband: undefined },
]
/** Whatever is late is so at once. */
const clock: SourceClock = {
  nowMs: () => 0,
  after: (_ms, then) => {
    const timer = setImmediate(then)
    return () => clearImmediate(timer)
  },
}

function int32(data: number, sourceTime?: number): Sample {
  return { code: 0, status: 'Good', value: { type: 6, isArray: false, dimensions: undefined, data }, sourceTime }
}

describe('The values of columns as they are taken', () => {
  let server: ImaginedServer
  let enumerations: Enumerations
  let taking: Taking
  beforeEach(() => {
    server = new ImaginedServer()
    server.types.set('a', 'State')
    server.texts.set('State', STATES)
    enumerations = new Enumerations(wanted, clock)
    enumerations.connected(server.session())
    const structures = new StructureTypes({
      wanted,
      clock,
      texts: true,
      store: { load: async () => undefined, save: () => {} },
      standard: NO_STANDARD,
      statusName: String,
      outdated: () => {},
    })
    taking = new Taking({ meanings: [PLAIN], acceptsUncertain: false, enumerations, structures })
  })
  const heard = (...numbers: readonly number[]): Heard[] =>
    numbers.map((number, index) => ({ column: 0, sample: int32(number, 1000 + index) }))

  it('that a later one followed come later where the server is still asked what they mean', async () => {
    let done = (): void => {}
    server.thinking = new Promise((resolve) => {
      done = resolve
    })
    const answer: Answer = { sample: int32(2) }
    await enumerations.see([answer])
    assert.match(JSON.stringify(taking.take(answer, 0).plain), /being asked/)
    assert.deepEqual(taking.takeEarlier(heard(2, 3)), [])
    done()
    await until(() => enumerations.of(0) !== 'asking')
    assert.deepEqual(taking.takeEarlier([{ column: 0, sample: int32(2) }]), [
      { column: 0, value: 'Running', time: 1000 },
      { column: 0, value: '3', time: 1001 },
      { column: 0, value: 'Running', time: 0 },
    ])
    assert.deepEqual(taking.takeEarlier([]), [])
  })

  it('that a later one followed are left out where they are not good', () => {
    const bad = { ...int32(2), code: 0x80000000, status: 'Bad' }
    assert.deepEqual(taking.takeEarlier([{ column: 0, sample: bad }]), [])
    assert.deepEqual(taking.takeEarlier(heard(5)), [{ column: 0, value: 5, time: 1000 }])
  })
})
