// Holds a simulated PLC that runs in a process of its own (main.ts).

import { join } from 'node:path'
import { asCount, asRecord } from '../../lib/contract/parse'
import { listOf } from '../process/list'
import { SimulatorProcess } from '../process/simulator-process'
import type { PlcCommand, PortStatus } from './commands'
import type { MelsecOptions, PortOptions } from './melsec-device'

type ProcessOptions = Pick<MelsecOptions, 'series' | 'endpoint'> & {
  ports?: readonly Pick<PortOptions, 'transport' | 'encoding' | 'frames' | 'port'>[]
}

export class PlcProcess {
  /** In the order of the options. */
  readonly ports: readonly number[]
  readonly #process: SimulatorProcess

  private constructor(process: SimulatorProcess, ports: readonly number[]) {
    this.#process = process
    this.ports = ports
  }

  static async start({ series, endpoint = 'builtin', ports = [{}] }: ProcessOptions): Promise<PlcProcess> {
    const args = ports.flatMap((port) => ['--port', textOf(port)])
    const script = join(__dirname, 'main.js')
    const process = await SimulatorProcess.start(script, ['--series', series, '--endpoint', endpoint, ...args])
    const opened = listOf(process.ready.ports, asCount)
    if (opened) return new PlcProcess(process, opened)
    await process.close()
    throw new Error('the simulator said something else than its ports')
  }

  get pid(): number {
    return this.#process.pid
  }

  /** The first one, for those who have one only. */
  get port(): number {
    return this.ports[0] ?? 0
  }

  /** Settles when the PLC has done it, for `get` with the values; rejects with what the PLC says against it. */
  async send(command: PlcCommand): Promise<number[]> {
    return listOf((await this.#process.send(command)).values, asCount) ?? []
  }

  /** Of each port. */
  async status(): Promise<PortStatus[]> {
    const answer = await this.#process.send({ command: 'status' })
    const status = listOf(answer.ports, parseStatus)
    if (!status) throw new Error('the simulator sent no status')
    return status
  }

  close(): Promise<void> {
    return this.#process.close()
  }
}

function textOf({ transport = 'tcp', encoding = 'binary', port = 0, frames = [] }: PortOptions): string {
  return [transport, encoding, port, ...(frames.length > 0 ? [frames.join(',')] : [])].join(':')
}

function parseStatus(input: unknown): PortStatus | undefined {
  const record = asRecord(input)
  const numbers = [record?.port, record?.requests, record?.connections, record?.clients].map(asCount)
  const [port, requests, connections, clients] = numbers
  if (port === undefined || requests === undefined || connections === undefined || clients === undefined)
    return undefined
  return { port, requests, connections, clients }
}
