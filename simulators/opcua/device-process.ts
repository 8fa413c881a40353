// Holds a simulated OPC UA device that runs in a process of its own (main.ts).

import { join } from 'node:path'
import { asCount, asRecord } from '../../lib/contract/parse'
import { SimulatorProcess } from '../process/simulator-process'
import type { DeviceCensus } from './census'
import type { DeviceCommand } from './commands'
import { LOOPBACK, type SettingsChange } from './device-settings'
import type { Place } from './plant'

export type ProcessOptions = {
  port?: number
  /** Variables in the folder `Many`. */
  many?: number
  clockOffsetMs?: number
  /** Variables besides the usual ones. */
  places?: readonly Place[]
  settings?: SettingsChange
}

export class OpcuaDeviceProcess {
  readonly port: number
  readonly #process: SimulatorProcess

  private constructor(process: SimulatorProcess, port: number) {
    this.#process = process
    this.port = port
  }

  static async start({ port = 0, many = 0, clockOffsetMs = 0, settings = {}, places = [] }: ProcessOptions = {}) {
    const args = [
      `--port=${port}`,
      `--many=${many}`,
      `--clock-offset-ms=${clockOffsetMs}`,
      `--settings=${JSON.stringify(settings)}`,
      `--places=${JSON.stringify(places)}`,
    ]
    const process = await SimulatorProcess.start(join(__dirname, 'main.js'), args)
    const opened = asCount(process.ready.port)
    if (opened !== undefined) return new OpcuaDeviceProcess(process, opened)
    await process.close()
    throw new Error('the simulator said something else than its port')
  }

  get pid(): number {
    return this.#process.pid
  }
  get endpoint(): string {
    return `opc.tcp://${LOOPBACK}:${this.port}`
  }

  /** Settles when the device has done it; rejects with what the device says against it. */
  send(command: DeviceCommand): Promise<Record<string, unknown>> {
    return this.#process.send(command)
  }

  async census(): Promise<DeviceCensus> {
    const told = asRecord((await this.send({ command: 'census' })).census)
    const requests = Object.entries(asRecord(told?.requests) ?? {}).map(([service, count]) => [service, Number(count)])
    const count = (name: keyof DeviceCensus): number => {
      const value = asCount(told?.[name])
      if (value === undefined) throw new Error(`the simulator did not count ${name}`)
      return value
    }
    return {
      sessions: count('sessions'),
      sessionsPeak: count('sessionsPeak'),
      sessionsMade: count('sessionsMade'),
      subscriptions: count('subscriptions'),
      monitoredItems: count('monitoredItems'),
      channels: count('channels'),
      connections: count('connections'),
      clients: count('clients'),
      requests: Object.fromEntries(requests),
    }
  }

  /** A device that does not answer any more (SIGSTOP), and one that goes on. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP')
  }
  thaw(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  close(): Promise<void> {
    return this.#process.close()
  }
}
