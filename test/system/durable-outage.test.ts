// The database is away: refused, hung, overloaded, or it does not know the token. The flow does not notice, the table and a
// status-broadcast node tell it, and afterwards everything is written, in the order of time and once.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import type { ProcessorStatus } from '../../lib/contract/processor-status'
import { flowOf, TAB } from '../support/flows'
import { KeptReader, residentMb } from '../support/kept-reader'
import { type FlowNode, NodeRed } from '../support/node-red'
import { type Received, type ScriptedAnswer, ScriptedHttp } from '../support/scripted-http'
import { until } from '../support/until'

const TOKEN = 'canary-5d20c7'
const NEW_TOKEN = 'canary-81ffe3'
const PUSHED = 'processor'
/** Node-RED's own memory comes and goes by some MB. */
const GROWTH_MAX_MB = 40

type Point = { timeNs: bigint; value: number }

describe('a database that is away', function () {
  this.timeout(60_000)
  this.bail(true)
  let reader: KeptReader
  let nodeRed: NodeRed
  let database: ScriptedHttp
  let url: string
  /** What the database has. */
  const points: Point[] = []

  before(async () => {
    reader = await KeptReader.start('press', 20)
    database = await serve()
    url = database.url
    nodeRed = await NodeRed.start({ flows: [] })
    await nodeRed.deploy(flowWith(TOKEN))
    await until(() => points.length >= 20, 20_000)
  })
  after(async () => {
    await nodeRed?.dispose()
    await database?.close()
    await reader?.close()
  })

  it('refuses connections: is said in words by the row and by push, and what waits is written when it is back', async () => {
    const memoryMb = residentMb(nodeRed.pid)
    const from = nodeRed.recorded(PUSHED).length
    await database.close()
    await awayFor(/nobody listens at http:.*is the database running/)
    const status = await pushed(
      ({ queue_retry, last_error }) => queue_retry > 0 && /nobody listens/.test(last_error ?? ''),
      from,
    )
    assert.equal(status.running, true)
    const before = await reader.processor(nodeRed)
    const waiting = ({ queue_pending, queue_retry }: ProcessorStatus): number => queue_pending + queue_retry
    await reader.processorWhen(nodeRed, (later) => waiting(later) >= waiting(before) + 50)
    database = await serve(Number(new URL(url).port))
    await back()
    await pushed(
      ({ queue_retry, last_error }) => queue_retry === 0 && last_error === null,
      nodeRed.recorded(PUSHED).length - 1,
    )
    const growthMb = residentMb(nodeRed.pid) - memoryMb
    assert.ok(growthMb < GROWTH_MAX_MB, `Node-RED grew by ${growthMb} MB`)
  })

  it('hangs: nothing is lost, and it is asked again', async () => {
    answerWith(() => ({ raw: '', finish: 'hold' }))
    await reader.processorWhen(nodeRed, ({ queue_pending }) => queue_pending >= 100)
    await reader.witness.assertUndisturbed(nodeRed)
    // It is restarted: what hung ends now.
    await database.close()
    database = await serve(Number(new URL(url).port))
    await back()
  })

  it('is overloaded: is asked again later', async () => {
    answerWith(() => ({ status: 503, body: '{"message":"engine: cache maximum memory size exceeded"}' }))
    await awayFor(/503: engine: cache maximum memory size exceeded/)
    answerWith(taken)
    await back()
  })

  it('does not know the token: waits until it is mended, and says so without the token', async () => {
    const isKnown = ({ headers }: Received): boolean => headers.authorization === `Token ${NEW_TOKEN}`
    const refusal = { status: 401, body: JSON.stringify({ message: `unauthorized: ${TOKEN}` }) }
    answerWith((request) => (isKnown(request) ? taken(request) : refusal))
    await awayFor(/does not know this login \(401: unauthorized: \*\*\*\): check the token/)
    await nodeRed.deploy(flowWith(NEW_TOKEN))
    await back()
  })

  it('has everything in the end, in the order of time and once', async () => {
    const { dropped, queue_dead } = await reader.assertBalance(nodeRed)
    assert.deepEqual({ dropped, queue_dead }, { dropped: 0, queue_dead: 0 })
    points.forEach(({ timeNs }, index) => {
      const before = points[index - 1]
      assert.ok(before === undefined || before.timeNs < timeNs, `${timeNs} came after ${before?.timeNs}`)
    })
    assert.deepEqual(
      points.map(({ value }) => value),
      reader.witness.sequence(nodeRed),
    )
    assert.ok(!nodeRed.output.includes('canary'))
  })

  /** The row says it, the flow does not notice. */
  async function awayFor(reason: RegExp): Promise<void> {
    const row = await nodeRed.rowWhen(reader.historian, ({ last_error }) => reason.test(last_error ?? ''))
    assert.equal(row.link, 'disconnected')
    assert.equal(row.status, 'running')
    assert.ok(!JSON.stringify(row).includes('canary'))
    await reader.processorWhen(nodeRed, ({ queue_retry }) => queue_retry > 0)
    await reader.witness.assertUndisturbed(nodeRed)
  }

  async function back(): Promise<void> {
    await reader.moreWritten(nodeRed)
    await nodeRed.rowWhen(reader.historian, ({ link, last_error }) => link === 'connected' && last_error === null)
    await reader.processorWhen(nodeRed, ({ queue_retry }) => queue_retry === 0)
    await reader.witness.assertUndisturbed(nodeRed)
  }

  function flowWith(influxToken: string): FlowNode[] {
    const [supervisor, ...others] = reader.nodes({
      historian: 'influxdb',
      influxUrl: url,
      influxOrg: 'plant',
      influxBucket: 'press',
    })
    assert.ok(supervisor)
    return flowOf({ ...supervisor, credentials: { influxToken } }, ...others, ...broadcastNodes())
  }

  /** What a status-broadcast node has pushed, from this message on. */
  async function pushed(wanted: (status: ProcessorStatus) => boolean, from: number): Promise<ProcessorStatus> {
    const statusIn = (payload: unknown) => asRecord(payload)?.[reader.name] as ProcessorStatus | undefined
    const isWanted = (status: ProcessorStatus | undefined): boolean => status !== undefined && wanted(status)
    const { payload } = await nodeRed.recordedWhen(PUSHED, (message) => isWanted(statusIn(message.payload)), { from })
    return statusIn(payload) ?? assert.fail()
  }

  async function serve(port = 0): Promise<ScriptedHttp> {
    const server = await ScriptedHttp.start({ port })
    server.answer = taken
    return server
  }

  function answerWith(answer: (request: Received) => ScriptedAnswer): void {
    database.answer = answer
  }

  function taken({ body }: Received): ScriptedAnswer {
    for (const line of body.split('\n')) {
      const [, value, timeNs] = /value=(\d+)u? (\d+)$/.exec(line) ?? assert.fail(`what is this? ${line}`)
      points.push({ timeNs: BigInt(timeNs ?? 0), value: Number(value) })
    }
    return { status: 204 }
  }
})

/** `interval` 0: only by push. */
function broadcastNodes(): FlowNode[] {
  const common = { z: TAB, x: 1, y: 1 }
  const func = `return { topic: "${PUSHED}", payload: msg.processor }`
  return [
    { ...common, id: 'broadcast', type: 'status-broadcast', interval: 0, wires: [['as-pushed'], []] },
    { ...common, id: 'as-pushed', type: 'function', func, outputs: 1, wires: [['record']] },
  ]
}
