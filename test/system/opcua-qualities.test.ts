// What a server says of its values: into the flow a value goes with its status only where that is good, and into the database
// nothing else goes, whatever number a bad value may hold.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import type { Place } from '../../simulators/opcua/plant'
import { flowOf, opcuaNode, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { lasting } from '../support/opcua-lane'
import { until } from '../support/until'

type Case = {
  status: string
  /** In the words of the quality; undefined = good. */
  says: RegExp | undefined
  /** The server says so, and gives the number all the same. */
  isUncertain?: boolean
}

/** Of each class (OPC 10000-4, 7.39), with a number in it. */
const CASES: readonly Case[] = [
  { status: 'Good', says: undefined },
  { status: 'GoodClamped', says: undefined },
  { status: 'GoodLocalOverride', says: undefined },
  {
    status: 'UncertainLastUsableValue',
    says: /this is its last value \(UncertainLastUsableValue\)/,
    isUncertain: true,
  },
  { status: 'UncertainSensorNotAccurate', says: /not calibrated \(UncertainSensorNotAccurate\)/, isUncertain: true },
  { status: 'UncertainSubNormal', says: /fewer sources than needed are good/, isUncertain: true },
  { status: 'UncertainInitialValue', says: /has never been written/, isUncertain: true },
  { status: 'Bad', says: /the server says Bad$/ },
  { status: 'BadSensorFailure', says: /the sensor has a failure \(BadSensorFailure\)/ },
  { status: 'BadNoCommunication', says: /no connection to the device behind it \(BadNoCommunication\)/ },
  { status: 'BadOutOfService', says: /out of service \(BadOutOfService\)/ },
  { status: 'BadDeviceFailure', says: /the device behind the server has a failure/ },
]
/** What each of them holds. */
const NUMBER = 4711
const PATIENCE_MS = 30_000
const READERS = ['reject subscribe', 'accept subscribe', 'reject poll', 'accept poll']

describe('the status of a value of an OPC UA server', function () {
  this.timeout(60_000)
  let device: OpcuaDeviceProcess
  let nodeRed: NodeRed

  before(async () => {
    const places = CASES.map(
      ({ status }): Place => ({
        name: `Status.${status}`,
        type: 'Double',
        setting: { value: NUMBER, status, keepValue: true },
      }),
    )
    device = await OpcuaDeviceProcess.start({ places })
    const tags = CASES.map(({ status }) => ({ name: status, address: lasting(`Status.${status}`) }))
    const readers = READERS.map((name) => {
      const [uncertain, mode] = name.split(' ')
      return opcuaNode(name, device.endpoint, { tags, uncertain, mode, interval: 200 })
    })
    nodeRed = await NodeRed.start({
      flows: flowOf(supervisorNode({ historian: 'embedded', flushInterval: 0.2 }), ...readers),
    })
  })
  after(async () => {
    await nodeRed?.dispose()
    await device?.close()
  })

  for (const name of READERS) {
    const isGood = ({ says, isUncertain }: Case): boolean =>
      !says || (isUncertain === true && name.startsWith('accept'))

    it(`is the quality of its tag, and without a good one there is no value (${name})`, async () => {
      const good = CASES.filter(isGood)
      const isThere = ({ payload }: { payload: unknown }): boolean =>
        good.every(({ status }) => typeof asRecord(payload)?.[status] === 'number')
      const { payload, quality } = await nodeRed.recordedWhen(name, isThere, { from: 0 })
      assert.deepEqual(payload, Object.fromEntries(CASES.map((one) => [one.status, isGood(one) ? NUMBER : null])))
      const bad = CASES.filter((one) => !isGood(one))
      assert.deepEqual(
        Object.keys(quality ?? {}),
        bad.map(({ status }) => status),
      )
      for (const { status, says } of bad) assert.match(quality?.[status] ?? '', says ?? /^$/)
    })

    it(`decides what goes into the history (${name})`, async () => {
      const kept = await historyWhen(name, ({ size }) => size > 0)
      const expected = CASES.filter(isGood).map(({ status }): [string, Set<unknown>] => [status, new Set([NUMBER])])
      assert.deepEqual(kept, new Map(expected))
    })
  }

  it('that becomes bad takes the value away, whatever is in it, and gives it back', async () => {
    const from = new Map(READERS.map((name) => [name, nodeRed.recorded(name).length]))
    const say = (status: string, value: number) =>
      device.send({ command: 'set', name: 'Status.Good', setting: { status, value, keepValue: true } })
    await say('BadSensorFailure', 666)
    for (const name of READERS) {
      const { payload } = await nodeRed.recordedWhen(name, ({ quality }) => 'Good' in (quality ?? {}), {
        from: from.get(name) ?? 0,
      })
      assert.equal(asRecord(payload)?.Good, null)
    }
    await say('Good', 5)
    for (const name of READERS) {
      await nodeRed.recordedWhen(name, ({ payload }) => asRecord(payload)?.Good === 5, { from: from.get(name) ?? 0 })
      const values = nodeRed
        .recorded(name)
        .slice(from.get(name))
        .map(({ payload }) => asRecord(payload)?.Good)
      assert.deepEqual(
        values.filter((value) => ![NUMBER, 5, null].includes(value as number)),
        [],
      )
      const kept = await historyWhen(name, (history) => history.get('Good')?.has(5) === true)
      assert.deepEqual(kept.get('Good'), new Set([NUMBER, 5]))
    }
  })

  /** Tag -> all that the history has of it, once that is as wanted. */
  async function historyWhen(
    name: string,
    wanted: (history: Map<string, Set<unknown>>) => boolean,
  ): Promise<Map<string, Set<unknown>>> {
    const query = new URLSearchParams({ collector: name, from: '-1h' })
    let history = new Map<string, Set<unknown>>()
    await until(async () => {
      const series = asRecord((await nodeRed.request('GET', `/collectors/history?${query}`)).body)?.series
      const entries = Array.isArray(series) ? series : []
      history = new Map(entries.map(({ tag, points }) => [tag, new Set(points.map(([, value]: unknown[]) => value))]))
      return wanted(history)
    }, PATIENCE_MS)
    return history
  }
})
