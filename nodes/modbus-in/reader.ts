// The Modbus reader as the collector sees it: its configuration, its way to the device, its cycles.

import { setTimeout } from 'node:timers/promises'
import type { Finish } from '../../lib/collector/finish'
import type { Reader, ReaderFactory, Reading } from '../../lib/collector/reader'
import type { TagColumn } from '../../lib/contract/batch'
import type { Forecast, LogLevel } from '../../lib/contract/control'
import { Plan } from '../../lib/polling/plan'
import { Poller } from '../../lib/polling/poller'
import type { ReadRequest } from '../../lib/polling/protocol'
import { Access } from './access/access'
import type { ReadArea } from './areas'
import { type ModbusConfig, parseModbusConfig } from './fields'
import { assumedMs, lineMs } from './forecast'
import { readingPlanOf } from './items'
import { modbusProtocol } from './protocol'
import { blockLimits } from './requests'

export const modbusReader: ReaderFactory<ModbusConfig> = {
  type: 'modbus',
  parse: parseModbusConfig,
  create: (config, log) => new ModbusReader(config, log),
}

class ModbusReader implements Reader {
  readonly tags: readonly TagColumn[]
  readonly #finish: Finish
  readonly #poller: Poller<ReadArea>
  readonly #access: Access

  constructor(config: ModbusConfig, log: (level: LogLevel, text: string) => void) {
    const { items, columns, width, finish } = readingPlanOf(config)
    this.tags = columns
    this.#finish = finish
    this.#access = new Access(config, log)
    this.#poller = new Poller(new Plan(items, blockLimits(config)), {
      columns: width,
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
    await this.#access.open(signal)
    this.#poller.reconnected()
  }

  async read(signal: AbortSignal): Promise<Reading> {
    this.#access.begin()
    const ask = (request: ReadRequest<ReadArea>) => this.#access.ask(request, signal)
    const raw = await this.#poller.poll(ask, signal).catch((thrown: unknown) => {
      throw this.#access.explain(thrown)
    })
    const reading = this.#finish(raw)
    await this.#access.rest()
    const degraded = [reading.degraded, this.#access.takeNews()].filter((text) => text !== undefined).join('; ')
    return degraded === '' ? reading : { ...reading, degraded }
  }

  async close(): Promise<void> {
    await this.#access.close()
  }
}
