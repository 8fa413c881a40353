// Debian's pymodbus as a device: a server that knows nothing of ours, in a process of Python. Where it is missing its tests are
// skipped loudly, or fail under CI.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const START_MS = 30_000
const STOP_MS = 5000
const SCRIPT = join('test', 'support', 'pymodbus-server.py')

/** Registers, or 0 and 1, from the wire address 0 on. */
export type PymodbusMemory = Record<'coil' | 'discrete' | 'input' | 'holding', readonly number[]>
/** Listens on a free port of loopback, or on a serial port. */
export type PymodbusTransport =
  | { transport: 'tcp' | 'rtu-over-tcp' | 'udp' }
  | { transport: 'rtu'; path: string; baudRate?: number }

export class PymodbusServer {
  /** 0 on a serial port. */
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  /** Skips the test or suite, or throws, where there is no pymodbus. */
  static async start(
    memory: PymodbusMemory,
    context?: Mocha.Context,
    options: PymodbusTransport = { transport: 'tcp' },
  ): Promise<PymodbusServer> {
    const python = process.env.PYMODBUS_PYTHON ?? '/usr/bin/python3'
    if (spawnSync(python, ['-c', 'import pymodbus.server'], { stdio: 'ignore' }).status !== 0) {
      const advice = `${python} has no pymodbus: set PYMODBUS_PYTHON to one that has`
      if (process.env.CI || !context) throw new Error(advice)
      console.warn(`      ${advice.toUpperCase()}. What needs it is not tested.`)
      return context.skip()
    }
    const serial = options.transport === 'rtu' ? [options.path, String(options.baudRate ?? 9600)] : []
    const child = spawn(python, [SCRIPT, options.transport, ...serial], { stdio: ['pipe', 'pipe', 'pipe'] })
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-2000)
    })
    // It is heard of below: there is no line.
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    child.stdin.write(`${JSON.stringify(memory)}\n`)
    const lines = createInterface(child.stdout)
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS)
    const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
    clearTimeout(timer)
    if (line === undefined) throw new Error(`pymodbus did not start: ${words}`)
    return new PymodbusServer(child, Number(JSON.parse(String(line)).port))
  }

  /** Twice does no harm. */
  async close(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.stdin?.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await exit
    clearTimeout(timer)
  }
}
