// The Modbus reader as the collector sees it: its configuration, its connection, its cycles.

import { setTimeout } from 'node:timers/promises'
import type { Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import type { TagColumn } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Connection } from './connection'
import { type ModbusConfig, parseModbusConfig } from './fields'
import { assumedMs, lineMs } from './forecast'
import { columnsOf, itemsOf } from './items'
import { Plan } from './plan'
import { Poller } from './poller'
import { TRANSACTIONS } from './port'

export const modbusReader: ReaderFactory<ModbusConfig> = {
  type: 'modbus',
  parse: parseModbusConfig,
  create: (config, log) => new ModbusReader(config, log),
}

/** Late answers are told of one by one up to here, then now and then. */
const LATE_TOLD = 3
const LATE_TOLD_EVERY = 1000

class ModbusReader implements Reader {
  readonly tags: readonly TagColumn[]
  readonly #config: ModbusConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #poller: Poller
  #connection: Connection | undefined
  #lateAnswers = 0

  constructor(config: ModbusConfig, log: (level: LogLevel, text: string) => void) {
    this.#config = config
    this.#log = log
    this.tags = columnsOf(config.tags)
    this.#poller = new Poller(new Plan(itemsOf(config), config), {
      columns: config.tags.length,
      unitId: config.unitId,
      timeoutMs: config.timeout,
      intervalMs: config.interval,
      assumedMs: assumedMs(config),
      lineMs: (request) => lineMs(config, request),
      nowMs: () => performance.now(),
      chance: Math.random,
      // a stop ends the pause; the connection is gone by then, and says why
      pause: (ms, signal) => setTimeout(ms, undefined, signal && { signal }).catch(() => {}),
      log,
    })
  }

  forecast(): Forecast {
    return this.#poller.forecast()
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#reopen(signal)
    this.#poller.reconnected()
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const connection = await this.#standing(signal)
    const stop = () => connection.drop(new Fault('link', 'stopped', 'reading was stopped'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await this.#poller.poll((request) => connection.read(request), signal)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
  }

  /** Closing a connection that was quiet for long is a device's good right, and no reason to lose a cycle. */
  async #standing(signal: AbortSignal): Promise<Connection> {
    const connection = this.#connection
    if (!connection) throw new Fault('link', 'not-connected', 'not connected')
    return connection.closedWhileIdle ? await this.#reopen(signal) : connection
  }

  async #reopen(signal: AbortSignal): Promise<Connection> {
    await this.close()
    const { host, port, timeout } = this.#config
    const transaction = Math.floor(Math.random() * TRANSACTIONS)
    const settings = { host: host.trim(), port, timeoutMs: timeout, transaction, onLate: () => this.#late() }
    this.#connection = await Connection.open(settings, signal)
    return this.#connection
  }

  #late(): void {
    this.#lateAnswers++
    if (this.#lateAnswers > LATE_TOLD && this.#lateAnswers % LATE_TOLD_EVERY !== 0) return
    this.#log(
      'debug',
      `an answer came after more than ${this.#config.timeout} ms and was dropped (${this.#lateAnswers} so far)`,
    )
  }
}
