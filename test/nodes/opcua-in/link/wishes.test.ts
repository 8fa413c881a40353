import assert from 'node:assert/strict'
import { array, bytes, double, string, uint32 } from '../../../../simulators/opcua/raw/binary'
import { WireTap } from '../../../support/wire-tap'
import { closeAll, deviceOf, never, readerOf } from '../reader-bench'

describe('What a server is asked for', () => {
  afterEach(closeAll)

  /** All that passed until the first values were read. */
  async function wireWith(config: object): Promise<Buffer> {
    const device = await deviceOf()
    const tap = await WireTap.before(device.port)
    const { reader } = readerOf(`opc.tcp://127.0.0.1:${tap.port}`, [['a', 'i=2258']], config)
    await reader.open(never)
    await reader.read(never)
    await reader.close()
    await tap.close()
    return tap.bytes
  }

  it('is texts in these languages, in the order wished (ActivateSession: OPC 10000-4, 5.6.3)', async () => {
    const wished = array([string('zh-CN'), string('en')])
    assert.ok((await wireWith({ locale: 'zh-CN, en' })).includes(wished))
    assert.ok(!(await wireWith({ locale: 'en, zh-CN' })).includes(wished))
  })

  const QUEUE = 7
  /** MonitoringParameters (OPC 10000-4, 7.21): handle, interval, no filter, queue, oldest discarded. */
  const parameters = (samplingMs: number) =>
    Buffer.concat([uint32(0), double(samplingMs), bytes(0, 0, 0), uint32(QUEUE), bytes(1)])
  // biome-ignore format: a table, one line a setting
  const settings: [properties: object, samplingMs: number][] = [
    [{}, -1],
    [{ samplingInterval: 0 }, -1],
    [{ samplingInterval: 500 }, 500],
    [{ fastestSampling: true }, 0],
    [{ fastestSampling: true, samplingInterval: 500 }, 0],
  ]
  for (const [properties, samplingMs] of settings) {
    it(`is a sampling interval of ${samplingMs} by ${JSON.stringify(properties)}`, async () => {
      assert.ok((await wireWith({ queueSize: QUEUE, ...properties })).includes(parameters(samplingMs)))
    })
  }
})
