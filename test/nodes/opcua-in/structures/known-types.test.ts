import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { SourceClock } from '../../../../nodes/opcua-in/source'
import type { Body } from '../../../../nodes/opcua-in/structures/body'
import { StructureTypes } from '../../../../nodes/opcua-in/structures/known-types'
import type { KeptTypes, TypeStore } from '../../../../nodes/opcua-in/structures/type-store'
import { SteppedClock } from '../../../lib/child/stepped-clock'
import { ImaginedAddressSpace } from '../imagined-address-space'
import { ImaginedServer, ImaginedSession } from '../imagined-server'
import { NO_STANDARD } from '../no-types'
import { bodyOf, enumDefinition, node, structureDefinition } from './encoding'
import { AXIS, define, describePlant, introduce, MOTOR, MOTOR_ENCODING, refer, STATE, text } from './plant-types'

const never = new AbortController().signal
const OTHER_BODY = bodyOf(node(50))

class BrowsableSession extends ImaginedSession {
  readonly #space: ImaginedAddressSpace
  constructor(server: ImaginedServer, space: ImaginedAddressSpace, resumed: boolean) {
    super(server, resumed)
    this.#space = space
  }
  browsing(): ImaginedAddressSpace {
    return this.#space
  }
}

class Shelf implements TypeStore {
  kept: KeptTypes | undefined
  async load(): Promise<KeptTypes | undefined> {
    return this.kept
  }
  save(kept: KeptTypes): void {
    this.kept = { ...kept, types: new Map(kept.types) }
  }
}

describe('The types of structures that a reader knows', () => {
  const server = new ImaginedServer()
  const shelf = new Shelf()
  let space: ImaginedAddressSpace
  let nowMs: number
  let types: StructureTypes
  let outdated: number
  beforeEach(() => {
    shelf.kept = undefined
    nowMs = 0
    outdated = 0
    space = new ImaginedAddressSpace()
    introduce(space)
    describePlant(space)
    types = newTypes()
  })

  /** Time passes as soon as nothing else happens. */
  const restless: SourceClock = {
    nowMs: () => nowMs,
    after: (_, then) => {
      const timer = setImmediate(then)
      return () => clearImmediate(timer)
    },
  }
  function newTypes(clock = restless, texts = false): StructureTypes {
    return new StructureTypes({
      wanted: ['a', 'b'].map((value) => ({
        name: value,
        address: { namespace: 1, id: { kind: 'string', value }, range: '' },
        deadband: undefined,
      })),
      clock,
      texts,
      store: shelf,
      outdated: () => outdated++,
      standard: NO_STANDARD,
      statusName: String,
    })
  }
  function connect(resumed = false): void {
    types.connected(new BrowsableSession(server, space, resumed))
  }
  /** Asks, and waits until it is done. */
  async function settle(): Promise<void> {
    await types.ask(never)
    for (let turns = 0; turns < 50; turns++) await turn()
  }
  const kindOf = (body = bodyOf(MOTOR_ENCODING), column = 0) => types.of(column).typeOf(body).kind
  const speedOf = () => {
    const found = types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
    return found.kind === 'known' ? found.type.fields.map(({ name }) => name) : found
  }

  it('are asked for once a value came', async () => {
    connect()
    await settle()
    assert.deepEqual(space.calls, [])
    assert.deepEqual([kindOf(), types.requests], ['asking', 1])
    const before = types.revision
    await settle()
    assert.deepEqual([kindOf(), types.requests, types.revision > before], ['known', 0, true])
    const asked = space.calls.length
    await settle()
    assert.equal(space.calls.length, asked)
  })

  describe('when the first values are made', () => {
    let clock: SteppedClock
    let answer: () => void
    let isMade: boolean
    beforeEach(async () => {
      clock = new SteppedClock()
      types = newTypes(clock)
      space.answering = new Promise((resolve) => {
        answer = resolve
      })
      connect()
      kindOf()
      isMade = false
      void types.ask(never).then(() => {
        isMade = true
      })
      await clock.advance(19)
    })

    it('are waited for where the server is near', async () => {
      assert.equal(isMade, false)
      answer()
      await clock.advance(0)
      for (let turns = 0; turns < 50; turns++) await turn()
      assert.deepEqual([isMade, kindOf(), clock.pending], [true, 'known', 0])
    })

    it('are not waited for where it is far away', async () => {
      await clock.advance(1)
      assert.equal(isMade, true)
      answer()
      for (let turns = 0; turns < 50; turns++) await turn()
      assert.equal(kindOf(), 'known')
    })

    it('are waited for no longer than 100 ms where its further answers take long', async () => {
      space.before = (call) => {
        if (call.startsWith('browse')) space.answering = new Promise(() => {})
      }
      answer()
      await clock.advance(99)
      assert.equal(isMade, false)
      await clock.advance(1)
      assert.deepEqual([isMade, kindOf()], [true, 'asking'])
    })
  })

  it('that the server does not tell are asked for again, ever more rarely, all in the same calls', async () => {
    connect()
    kindOf(OTHER_BODY)
    kindOf(bodyOf(node(51)))
    await settle()
    const asked: number[] = []
    for (nowMs = 0; nowMs <= 3_600_000; nowMs += 1000) {
      const before = space.calls.length
      await settle()
      if (space.calls.length > before) asked.push(nowMs / 1000)
    }
    assert.equal(kindOf(OTHER_BODY), 'unknown')
    assert.deepEqual(asked, [30, 90, 210, 450, 930, 1530, 2130, 2730, 3330])
    // the namespaces; then types by encodings, the tag, definitions, supertypes, dictionaries
    const calls = ['read 1', 'browse 2', 'read 1', 'read 4', 'browse 2', 'browse 2']
    assert.deepEqual(space.calls.slice(0, 6), calls)
    assert.equal(space.calls.length, 1 + 5 * (1 + asked.length))
  })

  it('that the server tells later are known then', async () => {
    connect()
    kindOf(OTHER_BODY)
    await settle()
    refer(space, node(50), MOTOR)
    nowMs = 30_000
    await settle()
    assert.equal(kindOf(OTHER_BODY), 'known')
  })

  describe('from an earlier connection', () => {
    /** All that is asked: the namespaces, three definitions with isAbstract, that of the enumeration among them, and where types lead. */
    const CONFIRMATION = ['read 9', 'browse 3']
    beforeEach(async () => {
      connect()
      kindOf()
      await settle()
      space.calls.length = 0
    })
    const reasonOf = () => {
      const found = types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
      return found.kind === 'known' ? 'known' : found.reason
    }

    const ways: [how: string, begin: () => void][] = [
      ['in the store', () => (types = newTypes())],
      ['in memory', () => {}],
    ]
    for (const [how, begin] of ways) {
      for (const resumed of [false, true]) {
        it(`and kept ${how} are used once the server has confirmed them ${resumed ? 'over the session of before' : ''}`, async () => {
          begin()
          connect(resumed)
          kindOf()
          let seen = ''
          space.before = () => {
            seen = kindOf()
          }
          await settle()
          assert.deepEqual([seen, kindOf(), space.calls], ['asking', 'known', CONFIRMATION])
        })

        it(`and kept ${how} are not used if the server has redefined them ${resumed ? 'over the session of before' : ''}`, async () => {
          begin()
          connect(resumed)
          kindOf()
          define(space, MOTOR, structureDefinition([{ name: 'RPM', type: node(11, 0) }], { encoding: 11 }))
          const seen = new Set<string>()
          space.before = () => seen.add(kindOf())
          await settle()
          assert.deepEqual([[...seen], speedOf()], [['asking'], ['RPM']])
        })
      }
    }

    it('say that they are being confirmed, beside those that are not known', async () => {
      connect()
      assert.match(reasonOf(), /whether this structure still looks as it did/)
    })

    // biome-ignore format: a table, one line a change
    const changes: [what: string, change: () => void][] = [
      ['the type of a field', () => define(space, AXIS, structureDefinition([{ name: 'Speed', type: node(10, 0) }]))],
      ['the supertype of a field', () => refer(space, STATE, node(7, 0))],
      ['the texts of a field', () => define(space, STATE, enumDefinition([{ value: 2, name: 'Running' }]))],
      ['the type of the encoding', () => refer(space, MOTOR_ENCODING, AXIS)],
      ['what is abstract', () => space.attributes.set(`isAbstract of ${text(AXIS)}`, { data: true })],
      ['its namespaces', () => introduce(space, 'urn:other')],
      ['nothing, but refuses a definition', () => space.attributes.delete(`dataTypeDefinition of ${text(AXIS)}`)],
    ]
    for (const [what, change] of changes) {
      it(`are asked for anew where the server has changed ${what}`, async () => {
        change()
        connect()
        kindOf()
        await settle()
        await settle()
        kindOf()
        await settle()
        assert.deepEqual(space.calls.slice(0, 2), CONFIRMATION)
        assert.ok(space.calls.length > 2)
      })
    }

    it('are confirmed with the texts of enumerations that only properties tell', async () => {
      const texts = new Map([[1, 'Läuft']])
      define(space, STATE, enumDefinition([]))
      server.texts.set('30', texts)
      types = newTypes(restless, true)
      shelf.kept = undefined
      connect()
      kindOf()
      await settle()
      const textsNow = () => {
        const found = types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
        const type = found.kind === 'known' ? found.types.get('1;numeric;30') : undefined
        return type?.kind === 'enumeration' && type.texts?.get(1)
      }
      assert.equal(textsNow(), 'Läuft')
      server.texts.set('30', new Map([[1, 'Steht']]))
      connect(true)
      assert.equal(textsNow(), false)
      await settle()
      assert.equal(textsNow(), 'Steht')
    })

    it('are not used, and confirmed later, where the server does not answer', async () => {
      space.before = () => {
        throw new Error('no answer')
      }
      connect()
      kindOf()
      await settle()
      assert.deepEqual([kindOf(), reasonOf()], ['unknown', 'no answer'])
      space.before = () => {}
      nowMs = 29_999
      await settle()
      assert.equal(kindOf(), 'unknown')
      nowMs = 30_000
      await settle()
      assert.equal(kindOf(), 'known')
    })

    it('are kept over a change of the session while they are confirmed', async () => {
      let answer = (): void => {}
      space.answering = new Promise((resolve) => {
        answer = resolve
      })
      connect()
      kindOf()
      await settle()
      define(space, MOTOR, structureDefinition([{ name: 'RPM', type: node(11, 0) }], { encoding: 11 }))
      connect()
      answer()
      await settle()
      assert.deepEqual([kindOf(), speedOf()], ['known', ['RPM']])
    })
  })

  describe('of a server that redefines them as it runs', () => {
    let before: Body
    beforeEach(async () => {
      connect()
      kindOf()
      await settle()
      before = bodyOf(MOTOR_ENCODING)
      define(space, MOTOR, structureDefinition([{ name: 'RPM', type: node(11, 0) }], { encoding: 11 }))
      space.calls.length = 0
    })

    it('are confirmed every 10 minutes, in one go', async () => {
      nowMs = 599_999
      await settle()
      assert.deepEqual(space.calls, [])
      nowMs = 600_000
      assert.ok(types.requests > 0)
      await settle()
      assert.deepEqual([speedOf(), space.calls.slice(0, 2)], [['RPM'], ['read 9', 'browse 3']])
      nowMs = 1_200_000
      space.calls.length = 0
      await settle()
      assert.equal(space.calls.length, 2)
    })

    it('describe no value that came before, which is read again', async () => {
      nowMs = 600_000
      await settle()
      assert.equal(outdated, 0)
      assert.deepEqual([kindOf(before), outdated], ['unknown', 1])
      assert.deepEqual([kindOf(bodyOf(MOTOR_ENCODING)), outdated], ['known', 1])
    })

    it('are confirmed at once when a value does not fit, before others of that reading are made where the server is near', async () => {
      types.of(0).doubt(before, 'too long')
      await types.ask(never)
      const now = types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
      assert.deepEqual(now.kind === 'known' && now.type.fields.map(({ name }) => name), ['RPM'])
    })
  })

  it('that values do not fit are confirmed ever more rarely, and other values are not held back', async () => {
    connect()
    kindOf()
    await settle()
    const confirmed: number[] = []
    for (nowMs = 0; nowMs < 590_000; nowMs += 1000) {
      const calls = space.calls.length
      if (types.of(0).typeOf(bodyOf(MOTOR_ENCODING)).kind === 'known')
        types.of(0).doubt(bodyOf(MOTOR_ENCODING), 'too long')
      await settle()
      if (space.calls.length > calls) confirmed.push(nowMs / 1000)
      assert.equal(kindOf(bodyOf(MOTOR_ENCODING), 1), 'known')
    }
    assert.deepEqual(confirmed, [0, 31, 92, 213, 454])
  })

  it('that contradict what the server told before are all asked for anew', async () => {
    connect()
    kindOf()
    kindOf(bodyOf(node(51)))
    await settle()
    refer(space, node(51), AXIS)
    define(space, AXIS, structureDefinition([{ name: 'Torque', type: node(11, 0) }]))
    nowMs = 30_000
    await settle()
    const found = () => types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
    assert.equal(found().kind, 'asking')
    await settle()
    const now = found()
    const axis = now.kind === 'known' ? now.types.get('1;numeric;20') : undefined
    assert.deepEqual(axis?.kind === 'structure' && axis.fields.map(({ name }) => name), ['Torque'])
  })

  it('are not known while the server does not answer, and are asked for again', async () => {
    connect()
    kindOf()
    space.before = () => {
      throw new Error('no answer')
    }
    await settle()
    const found = types.of(0).typeOf(bodyOf(MOTOR_ENCODING))
    assert.match(found.kind === 'unknown' ? found.reason : found.kind, /no answer/)
    space.before = () => {}
    nowMs = 30_000
    await settle()
    assert.equal(kindOf(), 'known')
  })

  it('are the type of the tag where nothing else says what a value is', async () => {
    connect()
    define(space, MOTOR, structureDefinition([{ name: 'a', type: node(6, 0) }]))
    space.attributes.set('dataType of ns=1;s=b', { data: 'ns=1;i=10' })
    kindOf(OTHER_BODY, 1)
    kindOf(bodyOf(node(51)), 0)
    await settle()
    assert.deepEqual([kindOf(OTHER_BODY, 1), kindOf(bodyOf(node(51)), 0)], ['known', 'unknown'])
  })

  it('are only so many', async () => {
    connect()
    for (let id = 0; id < 1000; id++) kindOf(bodyOf(node(1000 + id)))
    assert.equal(kindOf(OTHER_BODY), 'unknown')
  })
})
