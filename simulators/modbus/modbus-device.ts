// A simulated Modbus device: memory, an engine that speaks the protocol, and in front of it a proxy that speaks the
// transport and can misbehave.

import type { Door, Welcome } from '../faults/doors/door'
import { SerialDoor } from '../faults/doors/serial-door'
import { TcpDoor } from '../faults/doors/tcp-door'
import { UdpDoor } from '../faults/doors/udp-door'
import type { FaultList } from '../faults/fault-list'
import { FaultProxy } from '../faults/fault-proxy'
import type { Manners } from '../faults/manners'
import type { Behaviour } from './behaviours/behaviour'
import { type Luck, Natures } from './behaviours/natures'
import { EngineLink } from './engine-link'
import type { Engine } from './engines/engine'
import { type EngineName, startEngine } from './engines/engines'
import { framingOf, isLine, type ModbusTransport } from './framing'
import type { DeviceMemory } from './memory'
import { type Diagnostics, type Habits, Station } from './station'
import { Units } from './units'

export type DeviceOptions = {
  /** tcp if absent. */
  transport?: ModbusTransport
  /** Loopback if absent. */
  host?: string
  /** 0 or absent = any free one. */
  port?: number
  /** The device's end of the line, of transports rtu and ascii. */
  serialPort?: string
  engine?: EngineName
  /** `echo` if absent. */
  diagnostics?: Diagnostics
  /** Monotonic clock of the moving values, ms. */
  now?: () => number
  /** In what it differs from the protocol; in nothing if absent. */
  behaviours?: readonly Behaviour[]
  /** From [0, 1). */
  chance?: () => number
  /** Sees every request as it comes in. */
  onRequest?: (frame: Buffer) => void
}

type Being = { readonly luck: Luck; natures: Natures }

const LOOPBACK = '127.0.0.1'

export class ModbusDevice {
  readonly #units: Units
  readonly #habits: Habits
  readonly #engine: Engine
  readonly #proxy: FaultProxy
  readonly #being: Being

  private constructor(units: Units, habits: Habits, engine: Engine, proxy: FaultProxy, being: Being) {
    this.#units = units
    this.#habits = habits
    this.#engine = engine
    this.#proxy = proxy
    this.#being = being
  }

  /** Rejects when the port is taken, or there is no such line. */
  static async start(options: DeviceOptions = {}): Promise<ModbusDevice> {
    const { now = () => performance.now(), transport = 'tcp', onRequest } = options
    const units = new Units(now)
    const habits: Habits = { diagnostics: options.diagnostics ?? 'echo' }
    const startedMs = performance.now()
    const luck = { now: () => performance.now() - startedMs, chance: options.chance ?? Math.random }
    const being: Being = { luck, natures: new Natures(options.behaviours ?? [], luck) }
    const { requests, before, ...framing } = framingOf(transport, now)
    const engine = await startEngine(options.engine ?? 'modbus-serial', units, LOOPBACK)
    const target = { host: LOOPBACK, port: engine.port }
    try {
      const proxy = await FaultProxy.start({
        ...framing,
        requests,
        door: (welcome) => doorOf(transport, options, welcome),
        backend: () =>
          before(being.natures.before(new Station({ ...framing, units, habits, engine: new EngineLink(target) }))),
        character: () => being.natures.character,
        manners: being.natures.manners,
        now: luck.now,
        onRequest,
      })
      return new ModbusDevice(units, habits, engine, proxy, being)
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  /** Of all units that have none of their own. */
  get memory(): DeviceMemory {
    return this.#units.common
  }
  /** The unit's own memory: from now on it answers from this one, which begins empty. */
  unit(unit: number): DeviceMemory {
    return this.#units.own(unit)
  }
  /** 0 on a serial line. */
  get port(): number {
    return this.#proxy.port
  }
  get faults(): FaultList {
    return this.#proxy.faults
  }
  /** Requests since the start. */
  get requests(): number {
    return this.#proxy.requests
  }
  /** Connections since the start; of UDP every sender, of a serial line 1. */
  get connections(): number {
    return this.#proxy.connections
  }
  /** Connections that are open now. */
  get clients(): number {
    return this.#proxy.clients
  }

  /** How it treats its clients from now on; what is absent it does not do. */
  treatClients(manners: Manners): void {
    this.#proxy.manners = manners
  }
  /** In what it differs from the protocol from now on, for clients that come from now on; how it treats them is set anew, too. */
  behave(behaviours: readonly Behaviour[]): void {
    this.#being.natures = new Natures(behaviours, this.#being.luck)
    this.#proxy.manners = this.#being.natures.manners
  }
  diagnose(how: Diagnostics): void {
    this.#habits.diagnostics = how
  }

  /** Switched off: connections are reset, new ones refused. */
  goOffline(): Promise<void> {
    return this.#proxy.goOffline()
  }
  /** Switched on again, on the same port. */
  comeBack(): Promise<void> {
    return this.#proxy.comeBack()
  }
  /** Resets every connection once. */
  resetClients(): void {
    this.#proxy.resetClients()
  }

  async close(): Promise<void> {
    await this.#proxy.close()
    await this.#engine.close()
  }
}

function doorOf(transport: ModbusTransport, options: DeviceOptions, welcome: Welcome): Door {
  if (isLine(transport)) return new SerialDoor({ path: options.serialPort ?? '' }, welcome)
  const place = { host: options.host ?? LOOPBACK, port: options.port ?? 0 }
  return transport === 'udp' ? new UdpDoor(place, welcome) : new TcpDoor(place, welcome)
}
