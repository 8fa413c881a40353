// Simulated devices that die (kill -9) and come back at the same port.

import { setTimeout as delay } from 'node:timers/promises'
import { PlcProcess } from '../../simulators/melsec/plc-process'
import { DeviceProcess } from '../../simulators/modbus/device-process'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import { isGone } from '../../test/support/processes'
import { until } from '../../test/support/until'

/** What all simulators in processes of their own have. */
type Device = { readonly pid: number; readonly port: number; close(): Promise<void> }

const AWAY_MAX_MS = 8000

export class MortalDevice {
  readonly port: number
  readonly #start: (port: number) => Promise<Device>
  #device: Device | undefined

  private constructor(device: Device, start: (port: number) => Promise<Device>) {
    this.port = device.port
    this.#device = device
    this.#start = start
  }

  static async start(start: (port: number) => Promise<Device>): Promise<MortalDevice> {
    return new MortalDevice(await start(0), start)
  }

  static modbus(): Promise<MortalDevice> {
    return MortalDevice.start((port) => DeviceProcess.start({ port }))
  }
  static melsec(): Promise<MortalDevice> {
    return MortalDevice.start((port) => PlcProcess.start({ series: 'q', ports: [{ port }] }))
  }
  static opcua(variables: number): Promise<MortalDevice> {
    return MortalDevice.start((port) => OpcuaDeviceProcess.start({ port, many: variables }))
  }

  /** Dies, and is away for some seconds. `chance` from [0, 1). */
  async dieForAWhile(chance: number, signal: AbortSignal): Promise<void> {
    const device = this.#device
    if (!device) return
    this.#device = undefined
    process.kill(device.pid, 'SIGKILL')
    await until(() => isGone(device.pid))
    await delay(chance * AWAY_MAX_MS, undefined, { signal }).catch(() => {})
    if (!signal.aborted) this.#device = await this.#start(this.port)
  }

  async close(): Promise<void> {
    await this.#device?.close()
  }
}
