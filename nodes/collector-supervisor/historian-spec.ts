// A supervisor's settings -> its queue to the database and its historian processes. Pure.

import { join, resolve } from 'node:path'
import { describeProblems } from '../../lib/contract/fields'
import type { HistorianConfig } from '../../lib/contract/historian-config'
import { checkInflux, type InfluxTarget } from '../../lib/contract/influx-target'
import type { DurableLaneSettings } from './durable-lane'
import type { SupervisorConfig, SupervisorSecrets } from './fields'
import type { ProcessSpec } from './process-spec'

const SCRIPT = resolve(__dirname, '..', '..', 'lib', 'historian', 'process.js')
const MEGABYTE = 2 ** 20
/** A historian shows progress at least so often while its database answers, ms. */
const PROGRESS_MS = 10_000

/** undefined = no history is kept. */
export function queueSettings(config: SupervisorConfig, folder: string): DurableLaneSettings | undefined {
  if (config.historian === 'none') return undefined
  return {
    path: join(folder, 'durable.queue'),
    capacityBytes: Math.round(config.queueCapacity * MEGABYTE),
    whenFull: config.queueFull === 'block' ? 'refuse' : 'drop-oldest',
    durability: config.durability,
    flushMs: config.flushInterval * 1000,
    batchSize: config.batchSize,
  }
}

/** One for each worker. */
export function historianSpecs(
  config: SupervisorConfig,
  secrets: SupervisorSecrets,
  folder: string,
  supervisor: { id: string; name: string },
): ProcessSpec[] {
  if (config.historian === 'none') return []
  const problem = problemOf(config, secrets)
  return Array.from({ length: config.workers }, (_, index) => ({
    name: index === 0 ? `historian ${supervisor.name}` : `historian ${supervisor.name} ${index + 1}`,
    type: 'historian',
    recipient: `historian:${supervisor.id}:${index + 1}`,
    script: SCRIPT,
    config: historianConfig(config, secrets, folder, index + 1),
    intervalMs: PROGRESS_MS,
    tagsTotal: 0,
    autoStart: true,
    ...(problem !== undefined && { problem }),
  }))
}

function historianConfig(
  config: SupervisorConfig,
  secrets: SupervisorSecrets,
  folder: string,
  worker: number,
): HistorianConfig {
  const { batchSize, retentionDays, retentionMb } = config
  const common = { worker, batchSize, queue: join(folder, 'durable.queue') }
  if (config.historian === 'influxdb') return { ...common, sink: 'influxdb', target: targetOf(config, secrets) }
  return { ...common, sink: 'embedded', path: join(folder, 'history.db'), retentionDays, retentionMb }
}

function problemOf(config: SupervisorConfig, secrets: SupervisorSecrets): string | undefined {
  if (config.historian !== 'influxdb') return undefined
  const problems = checkInflux(targetOf(config, secrets))
  return problems.length === 0 ? undefined : describeProblems(problems)
}

function targetOf(config: SupervisorConfig, secrets: SupervisorSecrets): InfluxTarget {
  return {
    version: config.influxVersion,
    url: config.influxUrl,
    org: config.influxOrg,
    bucket: config.influxBucket,
    database: config.influxDatabase,
    token: secrets.influxToken,
    username: secrets.influxUsername,
    password: secrets.influxPassword,
  }
}
