import assert from 'node:assert/strict'
import { Fault } from '../../../lib/contract/fault'
import { ANSWER_MAX_BYTES } from '../../../lib/contract/limits'
import { Browser } from '../../../nodes/opcua-in/browse'
import { type BrowseAnswer, parseBrowseQuestion, REFERENCES_MAX } from '../../../nodes/opcua-in/browse-question'
import { double } from '../../../simulators/opcua/raw/binary'
import { connectionLost, ImaginedAddressSpace, nodeOf, referenceTo } from './imagined-address-space'
import { NO_STANDARD } from './no-types'
import { bodyOf, node, structureDefinition } from './structures/encoding'
import { AXIS, define, MOTOR_ENCODING, refer } from './structures/plant-types'

const never = new AbortController().signal
const TYPES = { standard: NO_STANDARD, statusName: () => 'Good' }

class Bench {
  readonly space = new ImaginedAddressSpace()
  nowMs = 0
  readonly browser = new Browser(this.space, () => this.nowMs, TYPES)

  ask(question: object, signal = never): Promise<BrowseAnswer> {
    return this.browser.answer(parseBrowseQuestion({ ask: 'browse', details: false, ...question }), signal)
  }

  /** All pages of a node, one after the other. */
  async all(node: string, others: object = {}): Promise<string[]> {
    const names: string[] = []
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page: BrowseAnswer = await this.ask({ node: `ns=2;s=${node}`, from, ...others })
      names.push(...page.nodes.map(({ displayName }) => displayName))
      assert.ok(page.next === undefined || page.next > from, 'no progress')
      from = page.next
    }
    return names
  }

  count(call: string): number {
    return this.space.calls.filter((other) => other === call).length
  }
}

function namesOf(node: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${node}.${index}`)
}

describe('browsing a server', () => {
  let bench: Bench
  beforeEach(() => {
    bench = new Bench()
  })

  for (const [kind, arrange] of Object.entries({
    'that gives all at once': () => {},
    'that gives 100 references a call': (space: ImaginedAddressSpace) => {
      space.perCall = 100
    },
    'that gives one reference a call': (space: ImaginedAddressSpace) => {
      space.perCall = 1
    },
    'that keeps one continuation point': (space: ImaginedAddressSpace) => {
      space.perCall = 100
      space.pointsMax = 1
    },
    'that forgets where it was now and then': (space: ImaginedAddressSpace) => {
      space.perCall = 100
      space.forgets = (point) => [1, 5, 6, 14, 20].includes(point)
    },
  })) {
    it(`lists everything once, in order, of one ${kind}`, async () => {
      arrange(bench.space)
      bench.space.fill('Many', 1050)
      assert.deepEqual(await bench.all('Many'), namesOf('Many', 1050))
      assert.equal(bench.space.held, 0)
    })
  }

  it('asks no further than the page needs, and goes on where it was', async () => {
    bench.space.perCall = 100
    bench.space.fill('Many', 1000)
    const first = await bench.ask({ node: 'ns=2;s=Many', size: 150 })
    assert.deepEqual([first.nodes.length, first.next, bench.count('next')], [150, 150, 1])
    const second = await bench.ask({ node: 'ns=2;s=Many', size: 150, from: first.next })
    assert.deepEqual([second.nodes[0]?.displayName, bench.count('browse 1'), bench.count('next')], ['Many.150', 1, 2])
  })

  it('lists anew from the beginning, since there may be others by now', async () => {
    bench.space.fill('Few', 3)
    await bench.ask({ node: 'ns=2;s=Few' })
    bench.space.fill('Few', 4)
    assert.equal((await bench.ask({ node: 'ns=2;s=Few' })).nodes.length, 4)
  })

  it('holds one place at the server however many lists were begun, and still ends each', async () => {
    bench.space.perCall = 10
    for (const node of ['A', 'B', 'C']) bench.space.fill(node, 30)
    for (const node of ['A', 'B', 'C']) await bench.ask({ node: `ns=2;s=${node}`, size: 5 })
    assert.equal(bench.space.held, 1)
    const rest = await bench.ask({ node: 'ns=2;s=A', from: 5, size: 100 })
    assert.deepEqual(
      rest.nodes.map(({ displayName }) => displayName),
      namesOf('A', 30).slice(5),
    )
    assert.equal(rest.next, undefined)
    assert.equal(bench.space.held, 0)
  })

  it('goes on with a list that it does not remember', async () => {
    bench.space.fill('Many', 500)
    const page = await bench.ask({ node: 'ns=2;s=Many', from: 200, size: 100 })
    assert.deepEqual([page.nodes[0]?.displayName, page.next], ['Many.200', 300])
  })

  it('shows what there is when the server never goes on, and says so', async () => {
    bench.space.perCall = 100
    bench.space.forgets = () => true
    bench.space.fill('Many', 1000)
    const { nodes, next, incomplete } = await bench.ask({ node: 'ns=2;s=Many' })
    assert.deepEqual([nodes.length, next], [100, undefined])
    assert.match(incomplete ?? '', /does not go on.*BadContinuationPointInvalid/)
    assert.ok(bench.space.calls.length < 12, `${bench.space.calls}`)
  })

  it('comes to an end with a server that never does', async () => {
    bench.space.fill('Many', REFERENCES_MAX + 500)
    const { nodes, next, incomplete } = await bench.ask({ node: 'ns=2;s=Many', from: REFERENCES_MAX - 5 })
    assert.deepEqual([nodes.length, next], [5, undefined])
    assert.match(incomplete ?? '', /only the first 100000/)
  })

  it('comes to an end with a server that says nothing over and over', async () => {
    bench.space.perCall = 0
    bench.space.fill('Many', 10)
    const { nodes, incomplete } = await bench.ask({ node: 'ns=2;s=Many' })
    assert.deepEqual(nodes, [])
    assert.match(incomplete ?? '', /does not get on/)
    assert.ok(bench.space.calls.length < 50)
  })

  it("gives a slow server's page earlier", async () => {
    bench.space.perCall = 10
    bench.space.fill('Many', 1000)
    bench.space.before = (call) => {
      if (call === 'next' || call === 'browse 1') bench.nowMs += 2000
    }
    const { nodes, next } = await bench.ask({ node: 'ns=2;s=Many' })
    assert.deepEqual([nodes.length, next], [30, 30])
  })

  for (const [status, words] of [
    ['BadNodeIdUnknown', /no such node/],
    ['BadReferenceTypeIdInvalid', /no such type of references/],
    ['BadNoContinuationPoints', /no room for a list/],
    ['BadInternalError', /the server says BadInternalError/],
  ] as const) {
    it(`tells ${status} in words`, async () => {
      bench.space.statuses.set('ns=2;s=Gone', status)
      await assert.rejects(bench.ask({ node: 'ns=2;s=Gone' }), (thrown) => {
        return (
          thrown instanceof Fault && thrown.kind === 'device' && thrown.code === status && words.test(thrown.message)
        )
      })
    })
  }

  it('looks the namespaces up again for one that it does not know', async () => {
    await assert.rejects(bench.ask({ node: 'nsu=urn:late;s=A' }), /no namespace urn:late/)
    bench.space.uris = [...bench.space.uris, 'urn:late']
    await bench.ask({ node: 'nsu=urn:late;s=A' })
    assert.equal(bench.count('namespaces'), 2)
  })

  it('lets a lost connection be one', async () => {
    bench.space.perCall = 10
    bench.space.fill('Many', 100)
    bench.space.before = (call) => {
      if (call === 'next') connectionLost()
    }
    await assert.rejects(bench.ask({ node: 'ns=2;s=Many' }), /connection was lost/)
  })

  it('stops when nobody waits any more', async () => {
    bench.space.perCall = 1
    bench.space.fill('Many', 100)
    const controller = new AbortController()
    bench.space.before = (call) => {
      if (call === 'next' && bench.count('next') === 5) controller.abort()
    }
    await assert.rejects(bench.ask({ node: 'ns=2;s=Many' }, controller.signal))
    assert.equal(bench.count('next'), 5)
  })

  it('keeps a page within what an answer may hold', async () => {
    const long = Array.from({ length: 300 }, (_, index) => referenceTo(`${index}${'界'.repeat(4000)}`))
    bench.space.references.set('ns=2;s=Long', long)
    const sizes: number[] = []
    for (let from: number | undefined = 0, seen = 0; from !== undefined; ) {
      const page: BrowseAnswer = await bench.ask({ node: 'ns=2;s=Long', size: 1000, from })
      sizes.push(Buffer.byteLength(JSON.stringify(page)))
      seen += page.nodes.length
      from = page.next
      if (from === undefined) assert.equal(seen, 300)
    }
    assert.ok(sizes.length > 10 && Math.max(...sizes) <= ANSWER_MAX_BYTES, `${sizes}`)
  })
})

describe('what is told of a listed node', () => {
  let bench: Bench
  beforeEach(() => {
    bench = new Bench()
  })

  async function told(change: Parameters<typeof referenceTo>[1], others: object = {}) {
    bench.space.references.set('ns=2;s=Top', [referenceTo('Motor', change)])
    const { nodes } = await bench.ask({ node: 'ns=2;s=Top', details: true, ...others })
    return nodes[0]
  }

  it('is its address, one that lasts and one with the index of now', async () => {
    const node = await told({})
    assert.deepEqual([node?.address, node?.indexed], ['nsu=urn:plant;s=Motor', 'ns=2;s=Motor'])
    assert.deepEqual((await told({ node: nodeOf('x', 0) }))?.address, 's=x')
    const uri = await told({ node: { ...nodeOf('Far'), namespace: 'urn:plant' } })
    assert.deepEqual([uri?.address, uri?.indexed], ['nsu=urn:plant;s=Far', 'ns=2;s=Far'])
  })

  it('is no address where nobody could type it, or it is at another server', async () => {
    assert.equal((await told({ node: nodeOf('') }))?.address, undefined)
    assert.equal((await told({ node: nodeOf('a;range=1') }))?.address, undefined)
    const elsewhere = await told({ server: 3 })
    assert.deepEqual([elsewhere?.address, elsewhere?.elsewhere], [undefined, true])
    assert.equal((await told({ node: { ...nodeOf('a'), namespace: 'urn:unknown' } }))?.address, undefined)
  })

  it('is what the server says of a variable, types by their names', async () => {
    const { attributes } = bench.space
    const type = 'ns=0;i=11'
    attributes.set('dataType of ns=2;s=Motor', { data: type })
    attributes.set('valueRank of ns=2;s=Motor', { data: 1 })
    attributes.set('accessLevel of ns=2;s=Motor', { data: 3 })
    attributes.set('userAccessLevel of ns=2;s=Motor', { data: 1 })
    attributes.set('description of ns=2;s=Motor', { data: { locale: 'en', text: 'Speed' } })
    attributes.set('browseName of i=11', { data: { namespaceIndex: 0, name: 'Double' } })
    attributes.set('browseName of i=35', { data: { namespaceIndex: 0, name: 'Organizes' } })
    assert.deepEqual(await told({}), {
      address: 'nsu=urn:plant;s=Motor',
      indexed: 'ns=2;s=Motor',
      browseName: '2:Motor',
      displayName: 'Motor',
      nodeClass: 'Variable',
      reference: 'Organizes',
      dataType: 'Double',
      valueRank: 1,
      readable: true,
      writable: false,
      description: 'Speed',
      hasChildren: false,
    })
    const reads = bench.count('read 2')
    await told({})
    assert.equal(bench.count('read 2'), reads, 'names are asked for once')
  })

  it('is as much as the server tells, and its rights as for everybody if not for this user', async () => {
    bench.space.attributes.set('accessLevel of ns=2;s=Motor', { data: 2 })
    bench.space.attributes.set('description of ns=2;s=Motor', { status: 'BadUserAccessDenied' })
    const node = await told({ forward: false })
    assert.deepEqual([node?.readable, node?.writable, node?.description], [false, true, undefined])
    assert.deepEqual([node?.dataType, node?.reference, node?.inverse], [undefined, 'i=35', true])
  })

  it('is the value where that is asked for, as with properties', async () => {
    bench.space.attributes.set('value of ns=2;s=Motor', { data: 'rpm' })
    assert.equal((await told({}))?.value, undefined)
    assert.equal((await told({}, { references: 'properties' }))?.value, 'rpm')
    bench.space.attributes.set('value of ns=2;s=Motor', { data: 'x'.repeat(5000) })
    assert.match((await told({}, { values: true }))?.problem ?? '', /too long/)
    bench.space.attributes.set('value of ns=2;s=Motor', { status: 'BadUserAccessDenied' })
    assert.match((await told({}, { values: true }))?.problem ?? '', /may not read/)
  })

  it('is a structure by what its type is now', async () => {
    refer(bench.space, MOTOR_ENCODING, AXIS)
    bench.space.attributes.set('value of ns=2;s=Motor', { data: bodyOf(MOTOR_ENCODING, double(1.5)) })
    for (const name of ['Speed', 'Torque']) {
      define(bench.space, AXIS, structureDefinition([{ name, type: node(11, 0) }]))
      assert.match(JSON.stringify((await told({}, { values: true }))?.value), new RegExp(`${name}.*1.5`))
    }
  })

  it('is asked for in batches that the server can stand', async () => {
    bench.space.told = { nodesPerRead: 30, nodesPerBrowse: 7, continuationPoints: 50 }
    bench.space.fill('Some', 50)
    await bench.ask({ node: 'ns=2;s=Some', details: true })
    const sizes = (call: string) =>
      bench.space.calls.flatMap((one) => (one.startsWith(`${call} `) ? [Number(one.split(' ')[1])] : []))
    assert.ok(Math.max(...sizes('read')) <= 30 && Math.max(...sizes('browse')) <= 7, `${bench.space.calls}`)
    assert.equal(
      sizes('browse').reduce((sum, size) => sum + size, 0),
      1 + 50,
    )
  })

  it('says what has others below it, and keeps no place at the server for that', async () => {
    bench.space.told = { ...bench.space.told, continuationPoints: 10 }
    bench.space.references.set('ns=2;s=Top', [
      referenceTo('Two', { nodeClass: 1 }),
      referenceTo('One', { nodeClass: 1 }),
      referenceTo('None', { nodeClass: 1 }),
      referenceTo('Method', { nodeClass: 4 }),
      referenceTo('Denied', { nodeClass: 1 }),
    ])
    bench.space.fill('Two', 2)
    bench.space.fill('One', 1)
    bench.space.statuses.set('ns=2;s=Denied', 'BadUserAccessDenied')
    const { nodes } = await bench.ask({ node: 'ns=2;s=Top', details: true })
    assert.deepEqual(
      nodes.map(({ displayName, hasChildren }) => [displayName, hasChildren]),
      [
        ['Two', true],
        ['One', true],
        ['None', false],
        ['Method', undefined],
        ['Denied', undefined],
      ],
    )
    assert.equal(bench.space.held, 0)
  })

  it('does not say it where that would cost the list its place, or too many calls', async () => {
    for (const [points, count] of [
      [1, 5],
      [2, 30],
    ] as const) {
      bench.space.told = { ...bench.space.told, continuationPoints: points }
      bench.space.perCall = count
      bench.space.fill('Some', 100)
      const other = new Browser(bench.space, () => 0, TYPES)
      const { nodes } = await other.answer(
        parseBrowseQuestion({ ask: 'browse', node: 'ns=2;s=Some', size: count }),
        never,
      )
      assert.ok(nodes.every(({ hasChildren }) => hasChildren === undefined))
    }
  })

  it('goes without what the server refuses as a whole', async () => {
    bench.space.before = (call) => {
      if (call.startsWith('read') || bench.count('browse 1') > 1) {
        throw new Fault('device', 'BadServiceUnsupported', 'no')
      }
    }
    assert.equal((await told({}))?.displayName, 'Motor')
  })
})

describe('a question about the address space', () => {
  const parse = (others: object) => parseBrowseQuestion({ ask: 'browse', ...others })
  const idOf = (value: number) => ({ namespace: 0, id: { kind: 'numeric', value }, range: '' })

  it('is about the Objects folder and hierarchical references unless it says otherwise', () => {
    const standard = { direction: 'forward', from: 0, size: 200, details: true, values: false }
    assert.deepEqual(parse({}), { node: idOf(85), references: idOf(33), ...standard })
    assert.deepEqual(parse({ node: '' }).node, idOf(85))
  })

  // biome-ignore format: a table
  for (const [name, id] of [['all', 31], ['hierarchical', 33], ['type-definition', 40], ['properties', 46], ['i=47', 47]] as const) {
    it(`names references: ${name}`, () => assert.deepEqual(parse({ references: name }).references, idOf(id)))
  }

  // biome-ignore format: a table
  for (const wrong of [
    { ask: 'delete' }, { node: 5 }, { node: 'Motor' }, { node: `s=${'x'.repeat(6000)}` }, { references: 'toString' }, { references: 1 },
    { direction: 'up' }, { from: -1 }, { from: 0.5 }, { from: 1e9 }, { size: 0 }, { size: 1001 }, { size: '5' },
  ]) {
    it(`is refused: ${JSON.stringify(wrong).slice(0, 60)}`, () => {
      assert.throws(() => parse(wrong), (thrown) => thrown instanceof Fault && thrown.code === 'bad-request')
    })
  }
  it('is refused when it is none', () => {
    for (const wrong of [undefined, null, 'browse', []]) assert.throws(() => parseBrowseQuestion(wrong), Fault)
  })
})
