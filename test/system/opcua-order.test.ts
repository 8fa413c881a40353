// The order in which an OPC UA server has told its values: what comes late, twice or by Republish never hides what is newer, and
// nothing is said to be lost that was not.

import assert from 'node:assert/strict'
import { closeAll, deviceOf, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import type { PointKind, VersionedPoint } from '../support/opcua-points'
import { Telling, type TellingOptions } from '../support/opcua-telling'

const ROUNDS = 8
const HELD_MS = 200
/** Longer than a first reading waits for it. */
const DESCRIBED_MS = 2500
const LOST = / lost /

describe('The order of what an OPC UA server tells', function () {
  this.timeout(30_000)
  let telling: Telling | undefined
  afterEach(async () => {
    await telling?.close()
    telling = undefined
    await closeAll()
  })

  /** What every test begins with: the first versions are shown. */
  async function told<const Kinds extends readonly PointKind[]>(kinds: Kinds, options: TellingOptions = {}) {
    telling = await Telling.of(kinds, options)
    await telling.shows(...kinds.map(() => 1))
    return telling
  }
  function pointsOf({ points }: Telling): [VersionedPoint, VersionedPoint] {
    const [one, other] = points
    return one && other ? [one, other] : assert.fail('there are two')
  }
  function assertNothingLost({ logged }: Telling): void {
    assert.deepEqual(
      logged.filter((text) => LOST.test(text)),
      [],
    )
  }

  it('is kept by a number that comes behind a structure, when the network held back both', async () => {
    const all = await told(['known', 'count'])
    const [structure, number] = pointsOf(all)
    for (let round = 0; round < ROUNDS; round++) {
      all.server.stall(true)
      all.server.deliver(all.change(structure, number))
      all.server.deliver(all.change(number))
      all.server.stall(false)
      const newest = number.version
      assert.deepEqual(await all.shownOf(number, 60).then((versions) => versions.at(-1)), newest)
      await all.shows(structure.version, newest)
    }
    assertNothingLost(all)
  })

  it('lets a number pass while the server is asked what a structure looks like', async () => {
    telling = await Telling.of(['known', 'count'], { describe: DESCRIBED_MS })
    await telling.shows(undefined, 1)
    const [structure, number] = pointsOf(telling)
    for (let round = 0; round < ROUNDS; round++) telling.server.deliver(telling.change(structure, number))
    telling.server.deliver(telling.change(number))
    await telling.shows(undefined, number.version)
    await telling.shows(structure.version, number.version)
    assertNothingLost(telling)
  })

  for (const tellsAvailable of [true, false]) {
    const server = tellsAvailable ? 'lists what it keeps' : 'lists nothing'
    it(`is that of the messages where Republish brings one that has not come, of a server that ${server}`, async () => {
      const all = await told(['count', 'count'], { republish: HELD_MS, tellsAvailable })
      const [one, other] = pointsOf(all)
      const missed = all.change(one, other)
      all.server.deliver(all.change(one))
      const versions = await all.shownOf(one, 2 * HELD_MS)
      assert.equal(versions.at(-1), 3, `${versions}`)
      assert.deepEqual(versions, [...versions].sort())
      await all.shows(3, 2)
      // And again, by the Publish that it was meant for.
      all.server.deliver(missed)
      assert.deepEqual(await all.shownOf(one), [3])
      assert.deepEqual(await all.shownNow(), [3, 2])
      assertNothingLost(all)
    })
  }

  it('is that of the messages where Publish brings a later one first', async () => {
    const all = await told(['count', 'count'])
    const [one, other] = pointsOf(all)
    const [first, second, third] = [all.change(one), all.change(other), all.change(one, other)]
    for (const message of [third, first, second]) all.server.deliver(message)
    assert.equal((await all.shownOf(one)).at(-1), 3)
    await all.shows(3, 3)
    assertNothingLost(all)
  })

  it('shows in a message that comes twice, which changes nothing the second time', async () => {
    const all = await told(['count', 'count'])
    const [one] = pointsOf(all)
    const [first, second] = [all.change(one), all.change(one)]
    for (const message of [first, second, first]) all.server.deliver(message)
    await all.shows(3, 1)
    assert.deepEqual(await all.shownOf(one), [3])
    assertNothingLost(all)
  })

  it('tells what was lost for good, and only that', async () => {
    const all = await told(['count', 'count'])
    const [one, other] = pointsOf(all)
    all.server.forget(all.change(one))
    all.server.deliver(all.change(other))
    await readUntil(all.reader, () => all.logged.some((text) => LOST.test(text)))
    assert.match(all.logged.find((text) => LOST.test(text)) ?? '', /: 1$/)
  })

  it("begins with a number of the server's own, before which nothing is lost", async () => {
    const all = await told(['count'], { firstNumber: 2 })
    assertNothingLost(all)
  })

  it('has no gaps where keep-alives have numbers of their own', async () => {
    const all = await told(['count'])
    const [one] = all.points
    assert.ok(one)
    for (let round = 0; round < ROUNDS; round++) {
      all.server.keepAlive(true)
      all.server.deliver(all.change(one))
      await all.shows(one.version)
    }
    assertNothingLost(all)
  })

  it('begins anew with each subscription, of which nothing is lost', async () => {
    const device = await deviceOf()
    const { reader, logged } = readerOf(device.endpoint, [['it', device.nodeId('Waves.Counter')]])
    await reader.open(never)
    const made = () => device.census().requests.CreateSubscription ?? 0
    await readUntil(reader, ({ values }) => values[0] !== null && made() === 1)
    device.deleteSubscriptions()
    await readUntil(reader, () => made() === 2)
    await readUntil(reader, ({ values }) => values[0] !== null)
    // Time for a few messages of the new one.
    const { values } = await reader.read(never)
    await readUntil(reader, (later) => Number(later.values[0]) > Number(values[0]) + 5)
    assert.deepEqual(
      logged.filter((text) => LOST.test(text)),
      [],
    )
  })
})
