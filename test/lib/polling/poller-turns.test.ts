// Tags that are read in every n-th cycle, each in a request of its own, or together with another one.

import assert from 'node:assert/strict'
import type { Item } from '../../../lib/polling/item'
import { Plan } from '../../../lib/polling/plan'
import { Poller } from '../../../lib/polling/poller'
import type { Answer, ReadRequest } from '../../../lib/polling/protocol'
import { planRequests } from '../../../lib/polling/requests'
import type { ReadArea } from '../../../nodes/modbus-in/areas'
import { modbusProtocol } from '../../../nodes/modbus-in/protocol'
import { blockLimits } from '../../../nodes/modbus-in/requests'
import { registers } from '../../nodes/modbus-in/config'
import { bench } from '../../nodes/modbus-in/poller-bench'

const limits = blockLimits({ maxRegisters: 125, maxGap: 10, grouping: 'blocks' })

function itemsAt(places: [address: number, every?: number][]): Item<ReadArea>[] {
  return places.map(([address, every = 1], column) => ({
    unit: 1,
    area: 'holding',
    address,
    length: 1,
    every,
    targets: [{ column, decode: (view, at) => view.getUint16(at) }],
  }))
}

function rareBench(places: [address: number, every?: number][]) {
  let requests: string[] = []
  const device = { silent: (_request: ReadRequest<ReadArea>) => false }
  const clock = { ms: 0 }
  const poller = new Poller(new Plan(itemsAt(places), limits), {
    columns: places.length,
    protocol: modbusProtocol({ unitId: 1, transport: 'tcp', timeout: 100 }),
    timeoutMs: 100,
    intervalMs: 1000,
    retries: 0,
    assumedMs: 1,
    lineMs: () => 0,
    nowMs: () => clock.ms,
    chance: () => 0,
    pause: async () => {},
    log: () => {},
  })
  const ask = async (request: ReadRequest<ReadArea>): Promise<Answer> => {
    requests.push(`${request.address}+${request.length}`)
    if (device.silent(request)) return { kind: 'silence' }
    const view = new DataView(new ArrayBuffer(request.length * 2))
    for (let at = 0; at < request.length; at++) view.setUint16(at * 2, request.address + at)
    return { kind: 'data', view }
  }
  const cycle = async () => {
    requests = []
    const reading = await poller.poll(ask)
    clock.ms += 1000
    return { requests: requests.join(' '), held: [...(reading.held ?? [])].join(), values: reading.values }
  }
  return { poller, device, cycle }
}

describe('a poll of tags that are read in every n-th cycle', () => {
  it('reads all in the first cycle, then each when it is its turn', async () => {
    const { cycle } = rareBench([[0], [1, 3], [2, 2]])
    const seen: [string, string][] = []
    for (let count = 0; count < 7; count++) {
      const { requests, held } = await cycle()
      seen.push([requests, held])
    }
    assert.deepEqual(seen, [
      ['0+3', ''],
      ['0+1', '1,2'],
      ['0+3', '1'],
      ['0+2', '2'],
      ['0+3', '1'],
      ['0+1', '1,2'],
      ['0+3', ''],
    ])
  })

  it('reads all in the first cycle of a new connection', async () => {
    const { poller, cycle } = rareBench([[0], [1, 100]])
    await cycle()
    assert.equal((await cycle()).held, '1')
    poller.reconnected()
    assert.equal((await cycle()).held, '')
  })

  it('reads what was missed in the next cycle', async () => {
    const { device, cycle } = rareBench([[0], [500, 100]])
    device.silent = ({ address }) => address === 500
    assert.equal((await cycle()).requests, '0+1 500+1')
    device.silent = () => false
    assert.deepEqual((await cycle()).values, [0, 500])
    assert.equal((await cycle()).requests, '0+1')
  })

  it('says nothing of turns where there are none', async () => {
    const { poll } = bench(registers(3))
    assert.equal((await poll()).held, undefined)
  })
})

describe('requests', () => {
  const spans = (items: Item<ReadArea>[], others = limits) =>
    planRequests(items, others).map(({ address, length }) => `${address}+${length}`)
  const item = (address: number, length = 1, reach?: number): Item<ReadArea> => ({
    unit: 1,
    area: 'holding',
    address,
    length,
    ...(reach !== undefined && { reach }),
    targets: [],
  })

  it('are one for each tag if that is wanted, also where values of two registers meet', () => {
    const alone = blockLimits({ maxRegisters: 125, maxGap: 10, grouping: 'tag' })
    assert.deepEqual(spans([item(0), item(1, 2), item(3), item(4, 4), item(8)], alone), [
      '0+1',
      '1+2',
      '3+1',
      '4+4',
      '8+1',
    ])
    assert.deepEqual(spans([item(0, 2), item(0, 2), item(1)], alone), ['0+2'])
  })

  it('hold together what belongs together, over any gap that fits', () => {
    assert.deepEqual(spans([item(0), item(60)]), ['0+1', '60+1'])
    assert.deepEqual(spans([item(0, 1, 61), item(60)]), ['0+61'])
    assert.deepEqual(spans([item(0), item(5, 1, 130), item(129)]), ['0+1', '5+125'])
    assert.deepEqual(spans([item(0, 1, 200), item(199)]), ['0+1', '199+1'])
  })
})
