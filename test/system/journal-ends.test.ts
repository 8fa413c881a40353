// Why processes end, and how Node-RED did, as the journal tells it: by an operator, a deploy, Node-RED's own end, a kill or an
// exception. An outage that goes on meanwhile is told as one.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessEvent } from '../../lib/contract/process-event'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode, TAB } from '../support/flows'
import { journalOf, noticesIn } from '../support/journal'
import { type FlowNode, NodeRed } from '../support/node-red'
import { until } from '../support/until'

const UNCAUGHT = 'setTimeout(async () => { throw new Error("nobody catches this") }, 1); return null'

describe('the journal over ends of all kinds', function () {
  this.timeout(120_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed

  before(async () => {
    device = await ModbusDevice.start()
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    await start()
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  function flow(...names: string[]): FlowNode[] {
    const readers = names.map((name) => readerNode(name, device.port, { timeout: 5000 }))
    const inject = { id: 'inject', type: 'inject', z: TAB, x: 1, y: 1, props: [], wires: [['throw']] }
    const fault = { id: 'throw', type: 'function', z: TAB, x: 1, y: 1, outputs: 0, wires: [], func: UNCAUGHT }
    return flowOf(supervisorNode(), ...readers, inject, fault)
  }
  async function start(): Promise<void> {
    nodeRed = await NodeRed.start({ flows: flow('press', 'oven'), userDir })
    await nodeRed.rowWhen('press', ({ health }) => health === 'well')
  }
  /** The newest stop of a process. */
  async function stopOf(name: string): Promise<[reason: string, codes: (string | undefined)[]]> {
    let found: ProcessEvent[] = []
    await until(async () => {
      found = await journalOf(nodeRed, `name=${name}&kind=status&limit=2`)
      return found[0]?.kind === 'status' && found[0].to === 'stopped'
    })
    return [found[1]?.reason ?? '', found.map(({ code }) => code)]
  }
  /** What a test has found so far. */
  const ended = async () => (await noticesIn(nodeRed)).filter(({ code }) => code === 'ended-without-shutdown')

  it('says that an operator has stopped a process', async () => {
    await nodeRed.command('oven/stop')
    assert.deepEqual(await stopOf('oven'), ['stopped by the operator', ['operator', 'operator']])
    await nodeRed.command('oven/start')
    await nodeRed.rowWhen('oven', ({ health }) => health === 'well')
  })

  it('says that a deploy has', async () => {
    await nodeRed.deploy(flow('press'))
    const [reason, codes] = await stopOf('oven')
    assert.match(reason, /^stopped by a deploy: /)
    assert.deepEqual(codes, ['deploy', 'deploy'])
    await nodeRed.deploy(flow('press', 'oven'))
    await nodeRed.rowWhen('oven', ({ health }) => health === 'well')
  })

  it('says that Node-RED has ended, which is nothing to worry about', async () => {
    await nodeRed.stop()
    await start()
    const events = await journalOf(nodeRed, 'name=press&kind=status')
    const stop = events.find((event) => event.kind === 'status' && event.to === 'stopping') ?? assert.fail()
    assert.deepEqual([stop.reason, stop.code], ['stopped because Node-RED ends', 'shutdown'])
    assert.deepEqual(await ended(), [])
  })

  it('says that Node-RED was killed, since when it was not seen, and that once', async () => {
    const killedAt = Date.now()
    await nodeRed.stop('SIGKILL')
    await start()
    await until(async () => (await ended()).length > 0)
    const [told, ...more] = await ended()
    assert.match(told?.reason ?? '', /^Node-RED ended without shutting down \(killed.*last sign of life at/)
    assert.deepEqual([told?.name, told?.supervisor, told?.generation, more], ['plant', 'plant', 0, []])
    const since = Date.parse(told?.since ?? '')
    assert.ok(since <= killedAt + 50 && since > killedAt - 60_000, `${killedAt - since} ms before the kill`)
    assert.ok(Math.abs(Date.parse(told?.time ?? '') - since - (told?.lasted_s ?? 0) * 1000) < 5)
    assert.match(nodeRed.output, /\[warn\].*Node-RED ended without shutting down/)
    await nodeRed.stop()
    await start()
    assert.equal((await ended()).length, 1)
  })

  it('says that an exception has ended Node-RED, and when', async () => {
    const before = (await ended()).length
    const thrownAt = Date.now()
    await nodeRed.request('POST', '/inject/inject').catch(() => {})
    await until(() => !nodeRed.alive)
    await start()
    await until(async () => (await ended()).length > before)
    const [told] = await ended()
    assert.match(told?.reason ?? '', /^Node-RED ended without shutting down \(an error that nobody caught/)
    const afterMs = Date.parse(told?.since ?? '') - thrownAt
    assert.ok(afterMs > -50 && afterMs < 10_000, `${afterMs} ms after it`)
  })

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`tells an outage that goes on over ${signal} of Node-RED as one, from its beginning on`, async () => {
      const { port } = device
      await device.close()
      const edge = async (kind: string, to: string): Promise<ProcessEvent | undefined> => {
        const [newest] = await journalOf(nodeRed, `name=press&kind=${kind}&limit=1`)
        return newest && 'to' in newest && newest.to === to ? newest : undefined
      }
      await until(async () => (await edge('link', 'disconnected')) !== undefined, 20_000)
      await until(async () => (await edge('quality', 'bad')) !== undefined, 20_000)
      const lost = await edge('link', 'disconnected')
      const bad = await edge('quality', 'bad')
      await nodeRed.stop(signal)
      nodeRed = await NodeRed.start({ flows: flow('press', 'oven'), userDir })
      await nodeRed.rowWhen('press', ({ link }) => link === 'disconnected')
      device = await ModbusDevice.start({ port })
      await nodeRed.rowWhen('press', ({ health }) => health === 'well', 45_000)
      await until(async () => Boolean((await edge('link', 'connected')) && (await edge('quality', 'good'))), 20_000)
      for (const [kind, to, began] of [
        ['link', 'connected', lost],
        ['quality', 'good', bad],
      ] as const) {
        const back = await edge(kind, to)
        assert.ok(back && (back.kind === 'link' || back.kind === 'quality'))
        assert.equal(back.since, began?.time, kind)
        assert.ok(Math.abs(Date.parse(back.time) - Date.parse(back.since) - back.lasted_s * 1000) < 1000, kind)
      }
    })
  }
})
