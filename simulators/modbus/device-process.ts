// Holds a simulated device that runs in a process of its own (main.ts).

import { join } from 'node:path'
import { asCount } from '../../lib/contract/parse'
import { SteeredProcess } from '../process/steered-process'
import type { DeviceAnswer, DeviceCommand, DeviceStatus } from './commands'
import type { EngineName } from './engines/engine'

export class DeviceProcess {
  readonly #process: SteeredProcess

  private constructor(process: SteeredProcess) {
    this.#process = process
  }

  static async start(options: { port?: number; engine?: EngineName } = {}): Promise<DeviceProcess> {
    const args = ['--port', String(options.port ?? 0), '--engine', options.engine ?? 'modbus-serial']
    return new DeviceProcess(await SteeredProcess.start(join(__dirname, 'main.js'), args))
  }

  get pid(): number {
    return this.#process.pid
  }
  get port(): number {
    return this.#process.port
  }

  /** Settles when the device has done it; rejects with what the device says against it. */
  async send(command: DeviceCommand): Promise<DeviceAnswer> {
    const answer = await this.#process.send(command)
    const [port, requests, connections, clients] = [
      answer.port,
      answer.requests,
      answer.connections,
      answer.clients,
    ].map(asCount)
    const values = Array.isArray(answer.values) ? answer.values.filter((value) => typeof value === 'number') : undefined
    return { port, requests, connections, clients, values }
  }

  async status(): Promise<DeviceStatus> {
    const { port, requests, connections, clients } = await this.send({ command: 'status' })
    if (port === undefined || requests === undefined || connections === undefined || clients === undefined) {
      throw new Error('the simulator sent no status')
    }
    return { port, requests, connections, clients }
  }

  close(): Promise<void> {
    return this.#process.close()
  }
}
