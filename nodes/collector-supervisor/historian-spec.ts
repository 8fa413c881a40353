// A supervisor's settings -> its queue to the database and its historian processes. Pure.

import { join, resolve } from 'node:path'
import { describeProblems } from '../../lib/contract/fields'
import type { HistorianConfig, QueueSettings } from '../../lib/contract/historian-config'
import { checkInflux, type InfluxTarget } from '../../lib/contract/influx-target'
import { secretsIn } from './discretion'
import { type SupervisorConfig, type SupervisorSecrets, supervisorSecrets } from './fields'
import type { ProcessSpec } from './process-spec'
import type { ProcessorSettings } from './processor'
import { queuePath } from './queue-place'

export const HISTORIAN_SCRIPT = resolve(__dirname, '..', '..', 'lib', 'historian', 'process.js')
/** Name of the embedded database in the supervisor's folder. */
export const DATABASE = 'history.db'
const MEGABYTE = 2 ** 20
/** A historian shows progress at least so often while its database answers, ms. */
const PROGRESS_MS = 10_000

/** undefined = no history is kept. */
export function queueSettings(config: SupervisorConfig, folder: string): ProcessorSettings | undefined {
  if (config.historian === 'none') return undefined
  return {
    path: queuePath(folder),
    capacityBytes: capacityOf(config),
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
  const hidden = config.historian === 'influxdb' ? secretsIn(supervisorSecrets, secrets) : {}
  return Array.from({ length: config.workers }, (_, index) => ({
    name: index === 0 ? `historian ${supervisor.name}` : `historian ${supervisor.name} ${index + 1}`,
    type: 'historian',
    recipient: `historian:${supervisor.id}:${index + 1}`,
    script: HISTORIAN_SCRIPT,
    config: historianConfig(config, secrets, folder, index + 1),
    ...hidden,
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
  const common = { worker, batchSize, queue: queueOf(config, folder) }
  if (config.historian === 'influxdb') return { ...common, sink: 'influxdb', target: targetOf(config, secrets) }
  return { ...common, sink: 'embedded', path: join(folder, DATABASE), retentionDays, retentionMb }
}

/** The process that keeps the queue while no historian runs. */
export function standbySpec(
  config: SupervisorConfig,
  folder: string,
  supervisor: { id: string; name: string },
): ProcessSpec {
  const standby: HistorianConfig = {
    worker: 1,
    batchSize: config.batchSize,
    queue: queueOf(config, folder),
    sink: 'none',
  }
  return {
    name: `queue ${supervisor.name}`,
    type: 'historian',
    recipient: `queue:${supervisor.id}`,
    script: HISTORIAN_SCRIPT,
    config: standby,
    intervalMs: PROGRESS_MS,
    tagsTotal: 0,
    autoStart: true,
  }
}

function queueOf(config: SupervisorConfig, folder: string): QueueSettings {
  const whenFull = config.queueFull === 'block' ? 'refuse' : 'drop-oldest'
  return { path: queuePath(folder), capacityBytes: capacityOf(config), whenFull, durability: config.durability }
}

function capacityOf({ queueCapacity }: SupervisorConfig): number {
  return Math.round(queueCapacity * MEGABYTE)
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
