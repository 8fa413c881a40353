// A simulated Modbus TCP device: memory, an engine that speaks the protocol, and in front of it a proxy that can misbehave.

import type { FaultList } from '../faults/fault-list'
import { FaultProxy } from '../faults/fault-proxy'
import { type Engine, type EngineName, startEngine } from './engines/engine'
import { FRAME_MAX, frameLength, modbusCorruptions } from './frame'
import { DeviceMemory } from './memory'

export type DeviceOptions = {
  /** Loopback if absent. */
  host?: string
  /** 0 or absent = any free one. */
  port?: number
  engine?: EngineName
  /** Monotonic clock of the moving values, ms. */
  now?: () => number
  /** Sees every request as it comes in. */
  onRequest?: (frame: Buffer) => void
}

const LOOPBACK = '127.0.0.1'

export class ModbusDevice {
  readonly memory: DeviceMemory
  private readonly engine: Engine
  private readonly proxy: FaultProxy

  private constructor(memory: DeviceMemory, engine: Engine, proxy: FaultProxy) {
    this.memory = memory
    this.engine = engine
    this.proxy = proxy
  }

  /** Rejects when the port is taken. */
  static async start(options: DeviceOptions = {}): Promise<ModbusDevice> {
    const memory = new DeviceMemory(options.now ?? (() => performance.now()))
    const engine = await startEngine(options.engine ?? 'modbus-serial', memory, LOOPBACK)
    try {
      const proxy = await FaultProxy.start({
        host: options.host ?? LOOPBACK,
        port: options.port ?? 0,
        target: { host: LOOPBACK, port: engine.port },
        requestLength: frameLength,
        replyLength: frameLength,
        maxFrameLength: FRAME_MAX,
        corruptions: modbusCorruptions,
        onRequest: options.onRequest,
      })
      return new ModbusDevice(memory, engine, proxy)
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  get port(): number {
    return this.proxy.port
  }
  get faults(): FaultList {
    return this.proxy.faults
  }
  /** Requests since the start. */
  get requests(): number {
    return this.proxy.requests
  }
  /** Connections since the start. */
  get connections(): number {
    return this.proxy.connections
  }
  /** Connections that are open now. */
  get clients(): number {
    return this.proxy.clients
  }

  /** Switched off: connections are reset, new ones refused. */
  goOffline(): Promise<void> {
    return this.proxy.goOffline()
  }
  /** Switched on again, on the same port. */
  comeBack(): Promise<void> {
    return this.proxy.comeBack()
  }
  /** Resets every connection once. */
  resetClients(): void {
    this.proxy.resetClients()
  }

  async close(): Promise<void> {
    await this.proxy.close()
    await this.engine.close()
  }
}
