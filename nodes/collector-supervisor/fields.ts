// The properties of a supervisor. Units: restartDelay, restartDelayMax, slowRetry, stopTimeout, statsInterval and
// flushInterval in seconds, memoryLimit, queueCapacity and retentionMb in MB.

import { choice, flag, type Infer, number, text, whole } from '../../lib/contract/fields'
import { WALLS } from '../../lib/contract/process-row'

export const supervisorFields = {
  name: text({ maxLength: 200 }),
  autoStart: flag(true),
  autoRestart: flag(true),
  /** Unexpected exits in a row before a process is left in `error`. */
  maxRestarts: whole({ default: 10, min: 0, max: 1000 }),
  restartDelay: number({ default: 1, min: 0.1, max: 3600 }),
  restartDelayMax: number({ default: 60, min: 0.1, max: 86_400 }),
  /** 0 = never. */
  slowRetry: number({ default: 900, min: 0, max: 604_800 }),
  stopTimeout: number({ default: 10, min: 0.1, max: 12 }),
  statsInterval: number({ default: 5, min: 0.5, max: 3600 }),
  /** 0 = off. */
  memoryLimit: number({ default: 256, min: 0, max: 65_536 }),
  /** The wall around each of its processes; auto: see docs/security.md. */
  sandbox: choice(['auto', ...WALLS]),
  historian: choice(['embedded', 'influxdb', 'none']),
  workers: whole({ default: 1, min: 1, max: 16 }),
  flushInterval: number({ default: 1, min: 0.1, max: 3600 }),
  batchSize: whole({ default: 5000, min: 1, max: 100_000 }),
  queueCapacity: number({ default: 1024, min: 1, max: 1_048_576 }),
  queueFull: choice(['drop-oldest', 'block']),
  durability: choice(['commit', 'power']),
  influxVersion: choice(['2', '1', '3']),
  influxUrl: text(),
  influxOrg: text(),
  influxBucket: text(),
  influxDatabase: text(),
  retentionDays: number({ default: 7, min: 0.01, max: 36_500 }),
  retentionMb: number({ default: 1024, min: 1, max: 1_048_576 }),
}
export type SupervisorConfig = Infer<typeof supervisorFields>

export const supervisorSecrets = {
  influxToken: text({ secret: true }),
  influxUsername: text({ secret: true }),
  influxPassword: text({ secret: true }),
}
export type SupervisorSecrets = Infer<typeof supervisorSecrets>

/** What a config node says of its supervisor. */
export type SupervisorSettings = { name: string; config: SupervisorConfig; secrets: SupervisorSecrets }
