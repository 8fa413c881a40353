// A simulated OPC UA device: a plant, a node-opcua server that shows it, and in front of it a wire that can misbehave.

import { ServerState } from 'node-opcua-client'
import { PLANT_NAMESPACE } from './address-space'
import { Counter, type DeviceCensus } from './census'
import { identityOf } from './certificates'
import {
  changeSettings,
  DEFAULT_SETTINGS,
  DEVICE_URI,
  type DeviceSettings,
  LOOPBACK,
  type SettingsChange,
  type StateName,
} from './device-settings'
import type { EnumerationType, StructureType, TypeName } from './exhibits/types'
import { PkiFolder } from './pki-folder'
import { type Place, Plant } from './plant'
import type { Setting } from './point'
import { quietenLibrary } from './quiet'
import { RunningServer } from './running-server'
import type { Treatment } from './unruly-server'
import { Wire, type WireMood } from './wire'

/** 0 is OPC UA's own, 1 the server's. */
const FIRST_INDEX = 2

export type DeviceOptions = SettingsChange & {
  /** Loopback if absent. */
  host?: string
  /** 0 or absent = any free one. */
  port?: number
  /** Variables in the folder `Many`. */
  many?: number
  /** Variables besides the usual ones. */
  places?: readonly Place[]
  /** Monotonic clock of the moving values, ms. */
  now?: () => number
}

export class OpcuaDevice {
  readonly plant: Plant
  readonly #wire: Wire
  readonly #pki: PkiFolder
  readonly #counter = new Counter()
  readonly #redefined = new Map<TypeName, StructureType | EnumerationType>()
  #settings: DeviceSettings
  #users: DeviceSettings['users']
  #running: RunningServer | undefined
  /** What changes the state of the server comes one after the other. */
  #tail: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(plant: Plant, wire: Wire, pki: PkiFolder, settings: DeviceSettings) {
    this.plant = plant
    this.#wire = wire
    this.#pki = pki
    this.#settings = settings
    this.#users = settings.users
  }

  /** Rejects when the port is taken. */
  static async start(options: DeviceOptions = {}): Promise<OpcuaDevice> {
    quietenLibrary()
    const { host = LOOPBACK, port = 0, many = 0, places = [], now = () => performance.now(), ...change } = options
    const settings = changeSettings(DEFAULT_SETTINGS, change)
    const plant = new Plant(now, many)
    for (const place of places) plant.add(place)
    const wire = await Wire.open(host, port)
    const device = new OpcuaDevice(plant, wire, new PkiFolder(), settings)
    try {
      await device.#begin()
      return device
    } catch (error) {
      await device.close()
      throw error
    }
  }

  get port(): number {
    return this.#wire.port
  }
  get endpoint(): string {
    return `opc.tcp://${LOOPBACK}:${this.port}`
  }
  /** Of the plant's namespace; another one after a restart with other namespaces before it. */
  get namespaceIndex(): number {
    return FIRST_INDEX + this.#settings.namespacesBefore
  }
  nodeId(name: string): string {
    return `ns=${this.namespaceIndex};s=${name}`
  }
  /** The same after every restart. */
  lastingNodeId(name: string): string {
    return `nsu=${PLANT_NAMESPACE};s=${name}`
  }

  census(): DeviceCensus {
    const { connections, clients } = this.#wire
    return { ...this.#counter.count(this.#running?.server), connections, clients }
  }

  set(name: string, setting: Setting): void {
    this.plant.point(name).set(setting)
  }
  appear(place: Place): void {
    this.plant.add(place)
    this.#running?.nodes.add(place)
  }
  vanish(name: string): void {
    this.plant.remove(name)
    this.#running?.nodes.remove(name)
  }

  /** One of the types of the exhibits, at once and after every restart; their values are sent as before. */
  redefine(name: TypeName, type: StructureType | EnumerationType): void {
    this.#redefined.set(name, type)
  }

  /** Who logs in from now on needs these; sessions that are there stay. */
  setUsers(users: DeviceSettings['users']): void {
    this.#users = users
  }
  /** What an operator does at the server: trusts all certificates that it rejected so far. How many? */
  trustRejected(): Promise<number> {
    return this.#up().trustRejected()
  }

  /** @param service as in `Read`, `CreateSession`; undefined = as it should be again. A restart makes it so too. */
  treat(service: string, treatment: Treatment | undefined): void {
    this.#up().server.treat(service, treatment)
  }
  silenceSubscriptions(): number {
    return this.#up().server.silenceSubscriptions()
  }
  starveSubscriptions(): void {
    this.#up().server.starveSubscriptions()
  }
  /** What it tells of itself (i=2259); it serves all the same. */
  setState(state: StateName): void {
    this.#up().server.setServerState(ServerState[state])
  }
  deleteSubscriptions(): number {
    return this.#up().server.deleteSubscriptions()
  }
  killSessions({ keepSubscriptions = false } = {}): number {
    return this.#up().server.killSessions(keepSubscriptions)
  }

  behave(mood: WireMood): void {
    this.#wire.behave(mood)
  }
  resetClients(): void {
    this.#wire.resetClients()
  }
  /** The cable is cut: the port refuses, connections are reset; the server behind lives on with its sessions. */
  goOffline(): Promise<void> {
    return this.#wire.goOffline()
  }
  comeBack(): Promise<void> {
    return this.#wire.comeBack()
  }

  /** The server ends without a word to its clients, whose sessions are lost; its port refuses until `powerOn`. */
  powerOff(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#wire.goOffline()
      await this.#end()
    })
  }
  /** @param change what is different now */
  powerOn(change: SettingsChange = {}): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed) throw new Error('the device is closed')
      this.#settings = changeSettings(this.#settings, change)
      if (change.users) this.#users = change.users
      if (!this.#running) await this.#begin()
      await this.#wire.comeBack()
    })
  }
  async restart(change: SettingsChange = {}): Promise<void> {
    await this.powerOff()
    await this.powerOn(change)
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#inTurn(async () => {
      await this.#wire.close()
      await this.#end()
      this.#pki.remove()
    })
  }

  async #begin(): Promise<void> {
    const { flaw, keyName } = this.#settings
    const commonName = keyName === 'device' ? 'Simulated device' : `Simulated device ${keyName}`
    this.#pki.write(await identityOf({ commonName, applicationUri: DEVICE_URI, flaw, keyName }))
    const surroundings = { pki: this.#pki, plant: this.plant, announcedPort: this.port, redefined: this.#redefined }
    const running = await RunningServer.start(this.#settings, surroundings, (name) => this.#users[name])
    this.#running = running
    this.#counter.follow(running.server)
    this.#wire.leadTo({ host: LOOPBACK, port: running.port })
  }

  async #end(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#wire.leadTo(undefined)
    await running?.end()
  }

  #up(): RunningServer {
    if (!this.#running) throw new Error('the device is off')
    return this.#running
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(act)
    this.#tail = done.catch(() => {})
    return done
  }
}
