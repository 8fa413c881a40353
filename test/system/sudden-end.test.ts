// Node-RED ends without asking its readers to stop. What they have read by then, and what has been in the flow, is in the history
// after the next start, as it is after kill -9.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asRecord } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode, TAB } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { childrenOf, untilGone } from '../support/processes'
import { placeSequences, sequenceOf } from '../support/sequence'
import { until } from '../support/until'

const READINGS = 60
const UNCAUGHT = 'setTimeout(async () => { throw new Error("nobody catches this") }, 1); return null'

describe('a sudden end of Node-RED', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    placeSequences(device, [0])
  })
  after(() => device.close())
  beforeEach(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
  })
  afterEach(async () => {
    await nodeRed.dispose()
    rmSync(userDir, { recursive: true, force: true })
  })

  /** Nothing would be written before the end: a reader gathers for a minute. */
  function flow(): FlowNode[] {
    const inject = { id: 'inject', type: 'inject', z: TAB, x: 1, y: 1, props: [], wires: [['throw']] }
    const fault = { id: 'throw', type: 'function', z: TAB, x: 1, y: 1, outputs: 0, wires: [], func: UNCAUGHT }
    const supervisor = supervisorNode({ historian: 'embedded', flushInterval: 60 })
    return flowOf(supervisor, readerNode('boiler', device.port, { interval: 20 }), inject, fault)
  }

  async function readAndEnd(end: () => Promise<unknown>): Promise<void> {
    await until(() => nodeRed.recorded('boiler').length >= READINGS, 20_000)
    const children = childrenOf(nodeRed.pid).map(({ pid }) => pid)
    await end()
    await until(() => !nodeRed.alive, 10_000)
    await untilGone(children, 5_000)
    const read = sequenceOf(nodeRed.recorded('boiler'))
    nodeRed = await NodeRed.start({ flows: flow(), userDir })
    let lost = read
    await until(async () => {
      const kept = new Set(await history())
      lost = read.filter((value) => !kept.has(value))
      return lost.length === 0
    }, 10_000).catch(() => assert.fail(`${lost.length} of ${read.length} readings are lost`))
  }

  async function history(): Promise<number[]> {
    const { body } = await nodeRed.request('GET', '/collectors/history?collector=boiler&from=-5m')
    const series = asRecord(body)?.series
    return (Array.isArray(series) ? series : []).flatMap(({ points }) => points.map(([, value]: number[]) => value))
  }

  it('by an exception that nobody catches loses nothing that was read', () =>
    readAndEnd(() => nodeRed.request('POST', '/inject/inject')))

  it('by SIGTERM within a deploy loses nothing that was read', () =>
    readAndEnd(async () => {
      const stops = nodeRed.output.split('Stopping flows').length
      const deploying = nodeRed.request('POST', '/flows', flow()).catch(() => {})
      await until(() => nodeRed.output.split('Stopping flows').length > stops)
      nodeRed.process.kill('SIGTERM')
      await deploying
    }))

  it('by kill -9 loses nothing that was read', () => readAndEnd(async () => nodeRed.process.kill('SIGKILL')))
})
