// The Modbus reader as the collector sees it: its configuration, its connection, its cycles.

import { setTimeout } from 'node:timers/promises'
import type { Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import { isTold, TOLD } from '../../lib/collector/repetition'
import type { TagColumn } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { Plan } from '../../lib/polling/plan'
import { Poller } from '../../lib/polling/poller'
import type { ReadArea } from './areas'
import { isLine, type ModbusConfig, parseModbusConfig } from './fields'
import { assumedMs, lineMs } from './forecast'
import { columnsOf, itemsOf } from './items'
import { Connection } from './link/connection'
import { type Framing, framingOf } from './link/framing'
import { openLink } from './link/link'
import { modbusProtocol } from './protocol'
import { blockLimits } from './requests'

export const modbusReader: ReaderFactory<ModbusConfig> = {
  type: 'modbus',
  parse: parseModbusConfig,
  create: (config, log) => new ModbusReader(config, log),
}

class ModbusReader implements Reader {
  readonly tags: readonly TagColumn[]
  readonly #config: ModbusConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #poller: Poller<ReadArea>
  readonly #framing: Framing
  #connection: Connection | undefined
  #lateAnswers = 0
  #noises = 0
  #idleCloses = 0

  constructor(config: ModbusConfig, log: (level: LogLevel, text: string) => void) {
    this.#config = config
    this.#log = log
    this.tags = columnsOf(config.tags)
    this.#framing = framingOf(config, Math.random)
    this.#poller = new Poller(new Plan(itemsOf(config), blockLimits(config)), {
      columns: config.tags.length,
      protocol: modbusProtocol(config),
      timeoutMs: config.timeout,
      intervalMs: config.interval,
      retries: config.retries,
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
    if (!connection.closedWhileIdle) return connection
    this.#idleClose()
    return await this.#reopen(signal)
  }

  async #reopen(signal: AbortSignal): Promise<Connection> {
    await this.close()
    const link = await openLink(this.#config, signal)
    this.#connection = new Connection(link, this.#framing, {
      timeoutMs: this.#config.timeout,
      onLate: () => this.#late(),
      onNoise: (text) => this.#noise(text),
    })
    return this.#connection
  }

  #late(): void {
    if (!isTold(++this.#lateAnswers)) return
    const { timeout } = this.#config
    this.#log('debug', `an answer came after more than ${timeout} ms and was dropped (${this.#lateAnswers} so far)`)
  }

  /** The first one is worth a look at the wiring, or at the device. */
  #noise(text: string): void {
    if (!isTold(++this.#noises)) return
    const advice = isLine(this.#config.transport) ? '; are wiring, termination, baud rate and parity right?' : ''
    if (this.#noises === 1) this.#log('warn', `dropped: ${text}${advice}`)
    else this.#log('debug', `dropped: ${text} (${this.#noises} times so far)`)
  }

  #idleClose(): void {
    if (++this.#idleCloses !== TOLD) return
    const { interval } = this.#config
    const text = `the device closes the connection between two cycles; it is opened anew for each. A longer idle time in the device, or an interval below ${interval} ms, would spare that`
    this.#log('info', text)
  }
}
