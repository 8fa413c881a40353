// A simulated Mitsubishi PLC: one memory, and as many ports as its parameters open. Each port has its own transport,
// encoding and frames, and in front of it a proxy that can misbehave.

import { type Character, together } from '../faults/character'
import { TcpDoor } from '../faults/doors/tcp-door'
import { UdpDoor } from '../faults/doors/udp-door'
import { FaultProxy } from '../faults/fault-proxy'
import type { Manners } from '../faults/manners'
import type { RequestCutter } from '../faults/passage'
import { melsecCorruptions } from './corruptions'
import type { PlcMemory } from './memory'
import { Plc, type PlcOptions } from './plc'
import { closingAtRandom, type RandomManners } from './random-manners'
import { datagramRequests, streamedRequests } from './requests'
import type { Encoding, Frame, Misfits } from './series'
import { Station } from './station'

export const TRANSPORTS = ['tcp', 'udp'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** An entry of the PLC's open settings. */
export type PortOptions = {
  /** tcp if absent. */
  transport?: Transport
  /** binary if absent. */
  encoding?: Encoding
  /** All that its series understands, if absent. */
  frames?: readonly Frame[]
  /** As its series does, if absent. */
  misfits?: Misfits
  /** Loopback if absent. */
  host?: string
  /** 0 or absent = any free one. */
  port?: number
  /** If absent: one client at a time over TCP, another one is refused. */
  manners?: Manners
  /** What it does at a random read; absent = it knows them as its series does. */
  random?: RandomManners
  /** The only port of a client that it hears, over UDP: the one that is named in its open settings. */
  answersTo?: number
  /** What it does to everybody. */
  character?: Character
  /** Sees every request as it comes in. */
  onRequest?: (request: Buffer) => void
}

export type MelsecOptions = PlcOptions & {
  /** One for TCP and binary messages if absent. */
  ports?: readonly PortOptions[]
}

const LOOPBACK = '127.0.0.1'
const ONE_CLIENT: Manners = { clientsMax: 1, turnAway: 'refuse' }

export class MelsecDevice {
  /** In the order of the options. */
  readonly ports: readonly FaultProxy[]
  readonly #plc: Plc

  private constructor(plc: Plc, ports: readonly FaultProxy[]) {
    this.#plc = plc
    this.ports = ports
  }

  /** Rejects when a port is taken. */
  static async start(options: MelsecOptions): Promise<MelsecDevice> {
    const plc = new Plc(options)
    const ports: FaultProxy[] = []
    try {
      for (const port of options.ports ?? [{}]) ports.push(await openPort(plc, port))
      return new MelsecDevice(plc, ports)
    } catch (error) {
      for (const port of ports) await port.close()
      throw error
    }
  }

  get memory(): PlcMemory {
    return this.#plc.memory
  }

  /** The first port, for those who have one only. */
  get door(): FaultProxy {
    const [first] = this.ports
    if (!first) throw new RangeError('the PLC has no port')
    return first
  }

  get port(): number {
    return this.door.port
  }

  /** By a remote password: every request is refused with C201. */
  lock(isLocked: boolean): void {
    this.#plc.isLocked = isLocked
  }

  /** Random reads are refused with this code from now on; undefined: they are answered. */
  refuseRandom(endCode: number | undefined): void {
    this.#plc.randomEndCode = endCode
  }

  /** How long it takes for each request; one whose monitoring timer is shorter is answered with 60. */
  takeTime(processingMs: number): void {
    this.#plc.processingMs = processingMs
  }

  /** Switched off: connections are reset, new ones refused. */
  async goOffline(): Promise<void> {
    for (const port of this.ports) await port.goOffline()
  }

  /** Switched on again, on the same ports. */
  async comeBack(): Promise<void> {
    for (const port of this.ports) await port.comeBack()
  }

  async close(): Promise<void> {
    for (const port of this.ports) await port.close()
  }
}

async function openPort(plc: Plc, options: PortOptions): Promise<FaultProxy> {
  const { transport = 'tcp', encoding = 'binary', host = LOOPBACK, port = 0 } = options
  const { random, answersTo, character, onRequest } = options
  const frames = options.frames ?? plc.series.frames[plc.endpoint]
  const misfits = options.misfits ?? plc.series.misfits[plc.endpoint]
  const settings = { encoding, frames, misfits, ...(random && { random }) }
  const isTcp = transport === 'tcp'
  const streamed = (): RequestCutter =>
    random === 'closes' ? closingAtRandom(streamedRequests(settings), settings, onRequest) : streamedRequests(settings)
  const proxy = await FaultProxy.start({
    door: (welcome) =>
      isTcp
        ? new TcpDoor({ host, port }, welcome)
        : new UdpDoor({ host, port, ...(answersTo !== undefined && { answersTo }) }, welcome),
    requests: () => (isTcp ? streamed() : datagramRequests),
    backend: () => new Station(plc, settings),
    unitOf: () => undefined,
    corruptions: melsecCorruptions(encoding, frames),
    ...(character && { character: () => together([character]) }),
    ...(onRequest && { onRequest }),
  })
  proxy.manners = options.manners ?? (isTcp ? ONE_CLIENT : {})
  return proxy
}
