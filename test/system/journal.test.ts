// What is kept of an outage: events with their times in the flow and in a journal that outlives Node-RED, words in the log.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LinkEvent, ProcessEvent, QualityEvent } from '../../lib/contract/process-event'
import type { JournalPage } from '../../nodes/collector-supervisor/journal-page'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { allEventsOf, eventNodes } from '../support/events'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { NodeRed } from '../support/node-red'
import { statusWhen } from '../support/statuses'
import { until } from '../support/until'

describe('a device that is off for some seconds', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let userDir: string
  let nodeRed: NodeRed
  let offMs: number

  before(async () => {
    device = await ModbusDevice.start()
    userDir = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    nodeRed = await NodeRed.start({ flows: flow(device.port), userDir })
    await nodeRed.rowWhen('press', ({ health }) => health === 'well')
    await statusWhen(nodeRed, 'broadcast', ({ fill }) => fill === 'green')
    const { port } = device
    const offAt = performance.now()
    await device.close()
    await nodeRed.rowWhen('press', ({ link }) => link === 'disconnected')
    await until(() => edges().some(({ kind, to }) => kind === 'quality' && to === 'bad'), 20_000)
    await nodeRed.rowWhen('press', ({ health }) => health === 'failed')
    await statusWhen(nodeRed, 'broadcast', ({ fill, text }) => fill === 'red' && text === '1 of 1 not well')
    device = await ModbusDevice.start({ port })
    await nodeRed.rowWhen('press', ({ health }) => health === 'well', 45_000)
    offMs = performance.now() - offAt
    // The link is told at most every quarter of a second, which may be after the first good reading.
    await until(() => isTold('quality', 'bad', 'good') && isTold('link', 'disconnected', 'connected'))
  })
  after(async () => {
    await nodeRed.dispose()
    await device.close()
    rmSync(userDir, { recursive: true, force: true })
  })

  function flow(port: number) {
    return flowOf(supervisorNode(), readerNode('press', port, { timeout: 5000 }), ...eventNodes())
  }
  function edges(): (LinkEvent | QualityEvent)[] {
    return allEventsOf(nodeRed, 'press').filter((event) => event.kind === 'link' || event.kind === 'quality')
  }
  function isTold(...edge: [kind: string, from: string, to: string]): boolean {
    return edges().some(({ kind, from, to }) => [kind, from, to].join() === edge.join())
  }
  async function journal(query = ''): Promise<JournalPage> {
    const { status, body } = await nodeRed.request('GET', `/collectors/journal?${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body as JournalPage
  }

  it('is two events of the link and two of the quality in the flow, with how long each lasted', () => {
    const [connected] = edges()
    assert.deepEqual([connected?.kind, connected?.from], ['link', 'connecting'])
    // On a busy machine the first readings may have failed.
    const outage = edges().slice(-4)
    assert.deepEqual(outage.map(({ kind, from, to }) => `${kind} ${from} ${to}`).sort(), [
      'link connected disconnected',
      'link disconnected connected',
      'quality bad good',
      'quality good bad',
    ])
    const lost = outage.find(({ to }) => to === 'disconnected') ?? assert.fail()
    const back = outage.find(({ to }) => to === 'connected') ?? assert.fail()
    assert.match(lost.code ?? '', /^[a-z0-9-]+$/)
    assert.match(lost.reason, /refuses|closed|reset|ended/)
    assert.equal(back.since, lost.time)
    assert.ok(Math.abs(Date.parse(back.time) - Date.parse(back.since) - back.lasted_s * 1000) < 100)
    assert.ok(back.lasted_s > 0 && back.lasted_s * 1000 < offMs, `${back.lasted_s} s of ${offMs} ms`)
    assert.match(back.reason, /^connected again after \d+(\.\d+)? s$/)
  })

  it('is told in the log of the process and of Node-RED', async () => {
    const { body } = await nodeRed.request('GET', '/collectors/processes/press/logs')
    assert.match(JSON.stringify(body), /connected again after \d+(\.\d+)? s/)
    assert.match(nodeRed.output, /\[info\].*press: disconnected: /)
    assert.match(nodeRed.output, /\[info\].*press: connected again after \d+(\.\d+)? s/)
  })

  it('is in the journal, newest first, by name, kind and page', async () => {
    const { events } = await journal('name=press&kind=link')
    assert.deepEqual(
      events.slice(0, 2).map((event) => event.kind === 'link' && event.to),
      ['connected', 'disconnected'],
    )
    const first = await journal('name=press&kind=link&limit=2')
    const second = await journal(`name=press&kind=link&limit=2&before=${first.next}`)
    assert.deepEqual([...first.events, ...second.events], events)
    assert.equal(second.next, null)
    assert.deepEqual((await journal('name=nobody')).events, [])
    const { status } = await nodeRed.request('GET', '/collectors/journal?limit=0')
    assert.equal(status, 400)
  })

  it('is in the journal after Node-RED has ended in either way and started again', async () => {
    let before: ProcessEvent[] = (await journal('name=press')).events
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await nodeRed.stop(signal)
      nodeRed = await NodeRed.start({ flows: flow(device.port), userDir })
      await nodeRed.rowWhen('press', ({ health }) => health === 'well')
      const { events } = await journal('name=press')
      const seqs = events.map(({ seq }) => seq)
      assert.deepEqual(
        seqs,
        [...seqs].sort((a, b) => b - a),
      )
      assert.deepEqual(events.slice(-before.length), before)
      assert.ok(events.length > before.length)
      before = events
    }
    // The orderly end itself is in it, too.
    assert.ok(before.some((event) => event.kind === 'status' && event.to === 'stopped'))
  })
})
