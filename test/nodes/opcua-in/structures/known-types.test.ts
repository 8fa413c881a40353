import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { SourceClock } from '../../../../nodes/opcua-in/source'
import { StructureTypes } from '../../../../nodes/opcua-in/structures/known-types'
import { isSameServer, type ServerIdentity } from '../../../../nodes/opcua-in/structures/server-identity'
import type { KeptTypes, TypeStore } from '../../../../nodes/opcua-in/structures/type-store'
import { SteppedClock } from '../../../lib/child/stepped-clock'
import { ImaginedAddressSpace } from '../imagined-address-space'
import { ImaginedServer, ImaginedSession } from '../imagined-server'
import { NO_STANDARD } from '../no-types'
import { bodyOf, node, structureDefinition } from './encoding'
import { define, describePlant, introduce, MOTOR, MOTOR_ENCODING, refer } from './plant-types'

const never = new AbortController().signal
const MOTOR_BODY = bodyOf(MOTOR_ENCODING)
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
  async load(identity: ServerIdentity): Promise<KeptTypes | undefined> {
    return isSameServer(this.kept?.identity, identity) ? this.kept : undefined
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
  beforeEach(() => {
    shelf.kept = undefined
    nowMs = 0
    space = new ImaginedAddressSpace()
    introduce(space, 1000)
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
  function newTypes(clock = restless): StructureTypes {
    return new StructureTypes({
      wanted: ['a', 'b'].map((value) => ({
        name: value,
        address: { namespace: 1, id: { kind: 'string', value }, range: '' },
        deadband: undefined,
      })),
      clock,
      texts: false,
      store: shelf,
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
  const kindOf = (body = MOTOR_BODY, column = 0) => types.of(column).typeOf(body).kind
  const speedOf = () => {
    const found = types.of(0).typeOf(MOTOR_BODY)
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
    // which server it is; then types by encodings, the tag, definitions, supertypes, dictionaries
    const calls = ['read 2', 'browse 2', 'read 1', 'read 4', 'browse 2', 'browse 2']
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

  it('are known at once at the next connection to the same server, and asked for once more beside', async () => {
    connect()
    kindOf()
    await settle()
    types = newTypes()
    connect()
    assert.equal(kindOf(), 'asking')
    const asked = space.calls.length
    // As soon as it is known which server it is.
    space.before = (call) => {
      if (call.startsWith('browse')) assert.equal(kindOf(), 'known')
    }
    await settle()
    assert.equal(kindOf(), 'known')
    assert.ok(space.calls.length > asked + 1)
  })

  it('are not taken from a server that was started anew, or has other namespaces', async () => {
    connect()
    kindOf()
    await settle()
    for (const change of [
      () => introduce(space, 2000),
      () => space.attributes.set('value of i=2255', { data: ['http://opcfoundation.org/UA/', 'urn:other'] }),
      () => space.attributes.delete('value of i=2257'),
    ]) {
      change()
      types = newTypes()
      connect()
      kindOf()
      let seen = ''
      space.before = (call) => {
        if (call.startsWith('browse')) seen = kindOf()
      }
      await settle()
      assert.equal(seen, 'asking')
      space.before = () => {}
      if (space.attributes.has('value of i=2257')) introduce(space, 1000)
    }
  })

  it('change with their definition, which is asked for again once a value did not fit', async () => {
    connect()
    kindOf()
    await settle()
    define(space, MOTOR, structureDefinition([{ name: 'RPM', type: node(11, 0) }], { encoding: 11 }))
    types.of(0).doubt(MOTOR_BODY, 'too long')
    await settle()
    assert.deepEqual(speedOf(), ['Axes', 'State', 'Flags', 'Since'])
    nowMs = 30_000
    await settle()
    assert.deepEqual(speedOf(), ['RPM'])
  })

  it('hold on over a session that was taken up again', async () => {
    connect()
    kindOf()
    await settle()
    connect(true)
    assert.equal(kindOf(), 'known')
  })

  it('are doubtful over a new session until it is known which server it is', async () => {
    connect()
    kindOf()
    await settle()
    connect()
    assert.equal(kindOf(), 'asking')
    await settle()
    assert.equal(kindOf(), 'known')
  })

  it('are not known while the server does not answer, and are asked for again', async () => {
    connect()
    kindOf()
    space.before = () => {
      throw new Error('no answer')
    }
    await settle()
    const found = types.of(0).typeOf(MOTOR_BODY)
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
