import assert from 'node:assert/strict'
import { parseFields } from '../../../lib/contract/fields'
import { parseHistorianConfig } from '../../../lib/contract/historian-config'
import { supervisorFields, supervisorSecrets } from '../../../nodes/collector-supervisor/fields'
import { historianSpecs, queueSettings, standbySpec } from '../../../nodes/collector-supervisor/historian-spec'

function settings(properties: Record<string, unknown> = {}, credentials: Record<string, unknown> = {}) {
  const config = parseFields(supervisorFields, properties)
  const secrets = parseFields(supervisorSecrets, credentials)
  assert.ok(config.ok && secrets.ok)
  return { config: config.value, secrets: secrets.value }
}

function specs(properties: Record<string, unknown> = {}, credentials: Record<string, unknown> = {}) {
  const { config, secrets } = settings(properties, credentials)
  return historianSpecs(config, secrets, '/data/s1', { id: 's1', name: 'plant' })
}

const INFLUX = { historian: 'influxdb', influxUrl: 'http://db:8086', influxOrg: 'o', influxBucket: 'b' }

describe('the historian of a supervisor', () => {
  it('is none where no history is kept, and neither is the queue', () => {
    assert.deepEqual(specs({ historian: 'none' }), [])
    assert.equal(queueSettings(settings({ historian: 'none' }).config, '/data/s1'), undefined)
  })

  it('is embedded unless something else is said', () => {
    const [spec, ...others] = specs()
    assert.deepEqual(others, [])
    assert.deepEqual(
      { name: spec?.name, type: spec?.type, problem: spec?.problem, autoStart: spec?.autoStart },
      { name: 'historian plant', type: 'historian', problem: undefined, autoStart: true },
    )
    assert.deepEqual(parseHistorianConfig(spec?.config), {
      worker: 1,
      batchSize: 5000,
      queue: {
        path: '/data/s1/queue/durable.queue',
        capacityBytes: 2 ** 30,
        whenFull: 'drop-oldest',
        durability: 'commit',
      },
      sink: 'embedded',
      path: '/data/s1/history.db',
      retentionDays: 7,
      retentionMb: 1024,
    })
  })

  it('has as many processes as there are workers, each with a name and a place of its own', () => {
    const three = specs({ workers: 3 })
    assert.deepEqual(
      three.map(({ name }) => name),
      ['historian plant', 'historian plant 2', 'historian plant 3'],
    )
    assert.equal(new Set(three.map(({ recipient }) => recipient)).size, 3)
  })

  it('gets the secrets in its configuration, and shows them nowhere else', () => {
    const [spec] = specs(INFLUX, { influxToken: 'tok-en' })
    const { config, secrets, ...rest } = spec ?? assert.fail('none')
    assert.deepEqual(secrets, ['tok-en'])
    const parsed = parseHistorianConfig(config)
    assert.equal(parsed?.sink === 'influxdb' && parsed.target.token, 'tok-en')
    assert.ok(!JSON.stringify(rest).includes('tok-en'))
  })

  it('is shown with its problem, and not started, while something is missing', () => {
    const [spec] = specs({ ...INFLUX, influxUrl: '' })
    assert.match(spec?.problem ?? '', /influxUrl/)
  })

  it('has a queue as the settings say', () => {
    const { config } = settings({ queueCapacity: 2, queueFull: 'block', durability: 'power', flushInterval: 0.5 })
    assert.deepEqual(queueSettings(config, '/data/s1'), {
      path: '/data/s1/queue/durable.queue',
      capacityBytes: 2 * 2 ** 20,
      flushMs: 500,
      batchSize: 5000,
    })
    const queue = {
      path: '/data/s1/queue/durable.queue',
      capacityBytes: 2 * 2 ** 20,
      whenFull: 'refuse',
      durability: 'power',
    }
    const [spec] = historianSpecs(config, settings().secrets, '/data/s1', { id: 's1', name: 'plant' })
    assert.deepEqual(parseHistorianConfig(spec?.config)?.queue, queue)
    const standby = standbySpec(config, '/data/s1', { id: 's1', name: 'plant' })
    assert.deepEqual(parseHistorianConfig(standby.config), { worker: 1, batchSize: 5000, queue, sink: 'none' })
  })
})
