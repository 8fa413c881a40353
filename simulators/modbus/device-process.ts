// Holds a simulated Modbus device that runs in a process of its own (main.ts).

import { join } from 'node:path'
import { asCount } from '../../lib/contract/parse'
import { SimulatorProcess } from '../process/simulator-process'
import type { DeviceAnswer, DeviceCommand, DeviceStatus } from './commands'
import type { DeviceOptions } from './modbus-device'

type ProcessOptions = Pick<DeviceOptions, 'port' | 'engine' | 'transport' | 'serialPort'>

export class DeviceProcess {
  readonly port: number
  readonly #process: SimulatorProcess

  private constructor(process: SimulatorProcess, port: number) {
    this.#process = process
    this.port = port
  }

  static async start({ port = 0, engine = 'modbus-serial', transport = 'tcp', serialPort = '' }: ProcessOptions = {}) {
    const args = ['--port', String(port), '--engine', engine, '--transport', transport, '--serial-port', serialPort]
    const process = await SimulatorProcess.start(join(__dirname, 'main.js'), args)
    const opened = asCount(process.ready.port)
    if (opened !== undefined) return new DeviceProcess(process, opened)
    await process.close()
    throw new Error('the simulator said something else than its port')
  }

  get pid(): number {
    return this.#process.pid
  }

  /** Settles when the device has done it; rejects with what the device says against it. */
  async send(command: DeviceCommand): Promise<DeviceAnswer> {
    const answer = await this.#process.send(command)
    const numbers = [answer.port, answer.requests, answer.connections, answer.clients]
    const [port, requests, connections, clients] = numbers.map(asCount)
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
