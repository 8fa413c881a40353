// What an operator may ask for, one command at a time and several at once.

import assert from 'node:assert/strict'
import { asRecord } from '../../lib/contract/parse'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { type FlowNode, NodeRed } from '../support/node-red'
import { type Answer, Pipeline } from '../support/pipeline'
import { collectorsOf, isGone, untilGone } from '../support/processes'
import { installStubbornPackage, makeStubborn } from '../support/stubborn-package'

const NAMES = ['boiler', 'oven', 'press'] as const
const MISCONFIGURED = 'misconfigured'

describe('an operation', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let nodeRed: NodeRed
  let pipeline: Pipeline

  before(async () => {
    device = await ModbusDevice.start({ engine: 'jsmodbus' })
    nodeRed = await NodeRed.start({ flows: flow(), install: installStubbornPackage })
    pipeline = await Pipeline.connect(nodeRed.url)
  })
  after(async () => {
    pipeline.close()
    await nodeRed.dispose()
    await device.close()
  })
  beforeEach(async () => {
    await post('start-all')
    for (const name of NAMES) assert.equal((await nodeRed.row(name)).status, 'running')
  })

  function flow(): FlowNode[] {
    return flowOf(
      supervisorNode({ stopTimeout: 1 }),
      ...NAMES.map((name) => readerNode(name, device.port)),
      readerNode(MISCONFIGURED, device.port, { port: 99_999 }),
    )
  }

  /** All at once, in this order. */
  function postAll(...paths: string[]): Promise<Answer[]> {
    return Promise.all(paths.map((path) => pipeline.post(`/collectors/processes/${path}`)))
  }

  async function post(path: string): Promise<Answer> {
    return pipeline.post(`/collectors/processes/${path}`)
  }

  async function pidOf(name: string): Promise<number> {
    const { pid } = await nodeRed.row(name)
    assert.ok(pid !== null, `${name} does not run`)
    return pid
  }

  it('on one process touches that one alone, and is done when it answers', async () => {
    const before = { boiler: await pidOf('boiler'), oven: await pidOf('oven'), press: await pidOf('press') }
    assert.deepEqual(await post('oven/stop'), {
      status: 200,
      body: { message: '"oven" stopped', results: [{ name: 'oven', success: true }] },
    })
    assert.ok(isGone(before.oven))
    const { status, pid, link } = await nodeRed.row('oven')
    assert.deepEqual({ status, pid, link }, { status: 'stopped', pid: null, link: 'disconnected' })

    assert.equal((await post('oven/start')).status, 200)
    const started = await pidOf('oven')
    assert.equal((await post('oven/restart')).status, 200)
    assert.ok(isGone(started))
    assert.ok(!isGone(await pidOf('oven')))
    assert.deepEqual([await pidOf('boiler'), await pidOf('press')], [before.boiler, before.press])
  })

  it('that asks for what is so already succeeds and changes nothing', async () => {
    const pid = await pidOf('boiler')
    assert.equal((await post('boiler/start')).status, 200)
    assert.equal(await pidOf('boiler'), pid)
    await post('boiler/stop')
    assert.equal((await post('boiler/stop')).status, 200)
    assert.equal((await nodeRed.row('boiler')).status, 'stopped')
  })

  it('restart starts what is stopped', async () => {
    await post('boiler/stop')
    assert.equal((await post('boiler/restart')).status, 200)
    assert.equal((await nodeRed.row('boiler')).status, 'running')
  })

  it('on all of them tells the outcome of each', async () => {
    const stopped = await post('stop-all')
    assert.deepEqual(resultsByName(stopped), { boiler: true, oven: true, press: true, [MISCONFIGURED]: true })
    assert.deepEqual([stopped.status, asRecord(stopped.body)?.message], [200, '4 of 4 stopped'])
    assert.deepEqual(collectorsOf(nodeRed.pid), [])
    assert.deepEqual(new Set((await nodeRed.rows()).map(({ status }) => status)), new Set(['stopped']))

    const started = await post('start-all')
    assert.deepEqual(resultsByName(started), {
      boiler: true,
      oven: true,
      press: true,
      [MISCONFIGURED]: 'port: 99999 is not within 1 to 65535',
    })
    assert.deepEqual([started.status, asRecord(started.body)?.message], [200, '3 of 4 started'])
    assert.equal(collectorsOf(nodeRed.pid).length, NAMES.length)
    await nodeRed.deploy(flow())
    const { generation, status } = await nodeRed.row(MISCONFIGURED)
    assert.deepEqual({ generation, status }, { generation: 0, status: 'error' }, 'it must never be tried')
  })

  it('that cannot succeed is a conflict that says what to change', async () => {
    for (const word of ['start', 'restart']) {
      const { status, body } = await post(`${MISCONFIGURED}/${word}`)
      const error = 'port: 99999 is not within 1 to 65535'
      assert.deepEqual(
        { status, body },
        {
          status: 409,
          body: {
            error: `${word} failed: "${MISCONFIGURED}": ${error}`,
            code: 'failed',
            results: [{ name: MISCONFIGURED, success: false, error, code: 'failed' }],
          },
        },
      )
    }
  })

  it('that is asked for again and again is done once', async () => {
    const { generation } = await nodeRed.row('boiler')
    const restarts = await postAll(...Array<string>(5).fill('boiler/restart'))
    assert.deepEqual(new Set(restarts.map(({ status }) => status)), new Set([200]))
    assert.equal((await nodeRed.row('boiler')).generation, generation + 1)

    const stops = await postAll(...Array<string>(5).fill('boiler/stop'))
    assert.deepEqual(new Set(stops.map(({ status }) => status)), new Set([200]))

    const starts = await postAll(...Array<string>(5).fill('boiler/start'))
    assert.deepEqual(new Set(starts.map(({ status }) => status)), new Set([200]))
    assert.equal((await nodeRed.row('boiler')).generation, generation + 2)
  })

  it('is given up for a later one that wants the contrary', async () => {
    const cases = [
      { first: 'restart', next: 'stop', end: 'stopped', error: 'superseded by a later stop' },
      { first: 'start', next: 'stop', end: 'stopped', error: 'superseded by a later stop' },
      { first: 'stop', next: 'start', end: 'running', error: 'superseded by a later start' },
      { first: 'stop', next: 'restart', end: 'running', error: 'superseded by a later start' },
    ]
    for (const { first, next, end, error } of cases) {
      await post(first === 'start' ? 'boiler/stop' : 'boiler/start')
      const [superseded, last] = await postAll(`boiler/${first}`, `boiler/${next}`)
      assert.deepEqual(superseded, {
        status: 409,
        body: {
          error: `${first} failed: "boiler": ${error}`,
          code: 'conflict',
          results: [{ name: 'boiler', success: false, error, code: 'conflict' }],
        },
      })
      assert.equal(last?.status, 200, `${next} after ${first}`)
      assert.equal((await nodeRed.row('boiler')).status, end)
      assert.equal(collectorsOf(nodeRed.pid).length, end === 'running' ? 3 : 2)
    }
  })

  it('start waits for a process that does not want to end, and never runs it twice', async () => {
    const pid = await pidOf('boiler')
    const before = await nodeRed.row('boiler')
    await makeStubborn(pid)
    const stop = post('boiler/stop')
    await nodeRed.rowWhen('boiler', ({ status }) => status === 'stopping')
    const start = post('boiler/start')
    assert.deepEqual([(await stop).status, (await start).status], [409, 200])
    await untilGone([pid], 0)
    const { status, forced_kills } = await nodeRed.row('boiler')
    assert.deepEqual({ status, forced_kills }, { status: 'running', forced_kills: before.forced_kills + 1 })
    assert.equal(collectorsOf(nodeRed.pid).length, NAMES.length)
  })

  it('is refused for a process that is being removed', async () => {
    const pid = await pidOf('boiler')
    await makeStubborn(pid)
    await nodeRed.deploy(flow().filter(({ name }) => name !== 'boiler'))
    assert.equal((await nodeRed.row('boiler')).status, 'stopping')
    const [start, all] = await postAll('boiler/start', 'start-all')
    assert.deepEqual(
      [start?.status, asRecord(start?.body)?.error],
      [409, 'start failed: "boiler": it is being removed'],
    )
    assert.ok(all && !('boiler' in resultsByName(all)))
    await nodeRed.rowGone('boiler')
    assert.ok(isGone(pid))
    assert.equal(collectorsOf(nodeRed.pid).length, NAMES.length - 1)
    await nodeRed.deploy(flow())
    await nodeRed.rowWhen('boiler', ({ status }) => status === 'running')
  })

  it('on what does not exist is 404 with an error in JSON, as is everything else that does not exist', async () => {
    const requests = [
      ['POST', 'processes/nobody/start'],
      ['POST', 'processes/nobody/stop'],
      ['POST', 'processes/nobody/restart'],
      ['POST', 'processes/boiler/explode'],
      ['POST', 'processes/boiler'],
      ['POST', 'processes'],
      ['DELETE', 'processes/boiler'],
      ['GET', 'processes/boiler/start'],
      ['GET', 'processes/start-all'],
      ['GET', 'processes/nobody'],
      ['GET', 'processes/nobody/logs'],
      ['GET', 'nothing'],
    ] as const
    for (const [method, path] of requests) {
      const { status, body } = await nodeRed.request(method, `/collectors/${path}`)
      assert.deepEqual([status, asRecord(body)?.code], [404, 'not-found'], `${method} ${path}`)
      assert.equal(typeof asRecord(body)?.error, 'string')
    }
    const { status, body } = await nodeRed.request('POST', '/collectors/processes/%E0%A4%A/start')
    assert.deepEqual([status, asRecord(body)?.code], [400, 'bad-request'])
  })
})

/** name -> success, or why not. */
function resultsByName({ body }: Answer): Record<string, unknown> {
  const results = asRecord(body)?.results
  assert.ok(Array.isArray(results))
  return Object.fromEntries(results.map(({ name, success, error }) => [name, success || error]))
}
