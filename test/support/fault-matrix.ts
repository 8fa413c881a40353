// All troubles of devices, in every way in which devices are spoken to: real readers in one Node-RED, each with a device of its
// own. The troubles of a way are shared out to a few readers and happen at the same time.

import assert from 'node:assert/strict'
import type { FaultLane } from './fault-lane'
import { flowOf, supervisorNode } from './flows'
import { NodeRed } from './node-red'
import { RowWatch } from './row-watch'
import type { Trouble } from './trouble'
import { off, silent } from './troubles'

export type Troubles = {
  /** By link and quality. */
  told: Trouble[]
  /** No value is wrong. */
  honest: Trouble[]
  /** All the same, by a reader that is patient. */
  read: Trouble[]
  /** Only these tags are bad, and the title says what the others are. */
  partly: { trouble: Trouble; tags: readonly string[]; outcome: string }[]
}

/** How devices are spoken to. */
export type Way = {
  name: string
  troubles: Troubles
  /** `patient`: for what is read all the same. May skip the suite. */
  lane(name: string, patient: boolean, context: Mocha.Context): Promise<FaultLane>
  /** What the device of the patient reader does from the start. */
  fromTheStart?: Trouble
}

/** Of a reader that is patient, as it must be where the machine is busy. */
const PATIENT = { interval: 100, timeout: 10_000 }

/** @param lanes of each way, beside the patient one; two at least */
export function describeFaults(title: string, lanesOfEach: number, ways: readonly Way[]): void {
  describe(title, function () {
    this.timeout(240_000)
    const lanes: FaultLane[] = []
    const outcomes = new Map<string, Promise<void>>()
    const pids = new Map<string, number | null>()
    let nodeRed: NodeRed
    let rows: RowWatch

    before(async function () {
      const begun: [Way, FaultLane[], FaultLane][] = []
      const nodes = []
      for (const way of ways) {
        const own: FaultLane[] = []
        for (let number = 0; number < lanesOfEach; number++) {
          const lane = await way.lane(`${way.name} ${number}`, false, this)
          lanes.push(lane)
          own.push(lane)
          nodes.push(lane.readerNode())
          if (number === 0) await off.begin(lane)
          if (number === 1) await silent.begin(lane)
        }
        const patient = await way.lane(`${way.name} patient`, true, this)
        lanes.push(patient)
        nodes.push(patient.readerNode(PATIENT))
        await way.fromTheStart?.begin(patient)
        begun.push([way, own, patient])
      }
      nodeRed = await NodeRed.start({ flows: flowOf(supervisorNode(), ...nodes) })
      rows = new RowWatch(nodeRed)
      for (const lane of lanes) {
        lane.run(nodeRed, rows)
        await rows.when(lane.name, ({ status }) => status === 'running')
        pids.set(lane.name, (await nodeRed.row(lane.name)).pid)
      }
      for (const [way, own, patient] of begun) begin(way, own, patient)
    })
    after(async () => {
      await rows?.end()
      await nodeRed?.dispose()
      for (const lane of lanes) await lane.dispose()
    })

    for (const { name, troubles } of ways) {
      const { told, honest, read, partly } = troubles
      describe(`over ${name}`, () => {
        it('is off or silent from the start has no value before it is there', () => outcome(name, 'start'))
        for (const { title } of told)
          it(`${title} is told of by link and quality, and read again afterwards`, () => outcome(name, title))
        for (const { title } of honest)
          it(`${title} never gives a wrong value, and is read again afterwards`, () => outcome(name, title))
        for (const { trouble, outcome: ends } of partly)
          it(`${trouble.title} ${ends}`, () => outcome(name, trouble.title))
        for (const { title } of read) it(`${title} is read all the same`, () => outcome(name, title))
      })
    }

    it('is in trouble never costs a restart', async () => {
      for (const lane of lanes) {
        await lane.done()
        const { name } = lane
        const { pid, restart_count, generation, status, link } = await nodeRed.row(name)
        assert.deepEqual(
          { name, pid, restart_count, generation, status, link },
          { name, pid: pids.get(name), restart_count: 0, generation: 1, status: 'running', link: 'connected' },
        )
        lane.assertHonest()
      }
    })

    /** Everything that happens in a way, in its lanes at the same time. */
    function begin({ name, troubles }: Way, own: readonly FaultLane[], patient: FaultLane): void {
      const [first, second] = own
      if (!first || !second) throw new Error('too few lanes')
      const keep = (title: string, settled: Promise<void>): void => {
        settled.catch(() => {
          // its test tells
        })
        outcomes.set(`${name} ${title}`, settled)
      }
      const atStart = [
        first.afterwards((lane) => lane.hasNothingBeforeItIsThere(off)),
        second.afterwards((lane) => lane.hasNothingBeforeItIsThere(silent)),
      ]
      keep(
        'start',
        Promise.all(atStart).then(() => {}),
      )
      let next = 0
      const inAnyLane = ({ title }: Trouble, what: (lane: FaultLane) => Promise<void>): void =>
        keep(title, (own[next++ % own.length] ?? first).afterwards(what))
      const { told, honest, read, partly } = troubles
      for (const trouble of told) inAnyLane(trouble, (lane) => lane.isTold(trouble))
      for (const trouble of honest) inAnyLane(trouble, (lane) => lane.isHonest(trouble))
      for (const { trouble, tags } of partly) inAnyLane(trouble, (lane) => lane.isBadOnlyIn(tags, trouble))
      for (const oddity of read)
        keep(
          oddity.title,
          patient.afterwards((lane) => lane.isReadAllTheSame(oddity)),
        )
    }

    function outcome(way: string, title: string): Promise<void> {
      return outcomes.get(`${way} ${title}`) ?? Promise.reject(new Error('it did not begin'))
    }
  })
}
