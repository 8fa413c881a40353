// A TCP proxy in front of a device, or of a simulated one, that lets the device misbehave. It follows the frames of
// both directions, counts the requests and does to the replies what the fault list says.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { FaultList } from './fault-list'
import { type FrameLength, FrameStream } from './frames'
import { type Corruptions, type Step, scriptReply } from './reply-script'

export type ProxyOptions = {
  host: string
  /** 0 = any free one. */
  port: number
  target: { host: string; port: number }
  requestLength: FrameLength
  replyLength: FrameLength
  /** Of both; bytes. */
  maxFrameLength: number
  corruptions: Corruptions
  /** Sees every request, before any fault strikes. */
  onRequest?: (frame: Buffer) => void
}

/** How long it tries to get a port back that somebody else has taken meanwhile, ms. */
const REBIND_LIMIT_MS = 5000
const REBIND_PAUSE_MS = 50

export class FaultProxy {
  readonly faults: FaultList
  /** Complete requests since the start. */
  requests = 0
  /** Connections since the start, those that were reset at once included. */
  connections = 0
  private readonly options: ProxyOptions
  private readonly open = new Set<Passage>()
  private server: Server | undefined
  private boundPort = 0
  private closed = false

  private constructor(options: ProxyOptions) {
    this.options = options
    this.faults = new FaultList(Object.keys(options.corruptions))
  }

  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    await proxy.listen(options.port)
    return proxy
  }

  /** Stays the same while the device is off and on again. */
  get port(): number {
    return this.boundPort
  }

  /** Connections that are open now. */
  get clients(): number {
    return this.open.size
  }

  /** The device is switched off: its port refuses, its connections are reset. */
  async goOffline(): Promise<void> {
    const { server } = this
    this.server = undefined
    this.resetClients()
    if (!server) return
    const free = once(server, 'close')
    server.close()
    await free
  }

  /** It is back, on the port it had. */
  async comeBack(): Promise<void> {
    if (this.server || this.closed) return
    const deadline = performance.now() + REBIND_LIMIT_MS
    for (;;) {
      try {
        return await this.listen(this.boundPort)
      } catch (error) {
        if (performance.now() > deadline) throw error
        await sleep(REBIND_PAUSE_MS)
      }
    }
  }

  /** Resets every connection; new ones are welcome. */
  resetClients(): void {
    for (const passage of [...this.open]) passage.reset()
  }

  async close(): Promise<void> {
    this.closed = true
    await this.goOffline()
  }

  private async listen(port: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket))
    this.server = server
    try {
      server.listen(port, this.options.host)
      await once(server, 'listening')
    } catch (error) {
      this.server = undefined
      throw error
    }
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.boundPort = address.port
  }

  private accept(socket: Socket): void {
    this.connections++
    socket.on('error', () => {})
    if (this.faults.takeAtConnect().length > 0) {
      socket.resetAndDestroy()
      return
    }
    const passage = new Passage(socket, this.options, this.faults, () => this.requests++)
    this.open.add(passage)
    socket.on('close', () => this.open.delete(passage))
  }
}

/** One client and its connection to the device behind. */
class Passage {
  private readonly client: Socket
  private readonly device: Socket
  private readonly options: ProxyOptions
  private readonly faults: FaultList
  private readonly countRequest: () => void
  private requests = 0
  private held = { bytes: Buffer.alloc(0), replies: 0 }
  private steps: Step[] = []
  private waiting: NodeJS.Timeout | undefined

  constructor(client: Socket, options: ProxyOptions, faults: FaultList, countRequest: () => void) {
    this.client = client
    this.options = options
    this.faults = faults
    this.countRequest = countRequest
    this.device = connect({ ...options.target, noDelay: true })
    this.follow(client, options.requestLength, (frame) => this.onRequest(frame))
    this.follow(this.device, options.replyLength, (frame) => this.onReply(frame))
    client.on('close', () => this.end())
    this.device.on('close', () => client.destroy())
    this.device.on('error', () => {})
  }

  reset(): void {
    this.client.resetAndDestroy()
    this.end()
  }

  /** Hands on each complete frame; who sends something else is cut off. */
  private follow(socket: Socket, lengthOf: FrameLength, onFrame: (frame: Buffer) => void): void {
    const frames = new FrameStream(lengthOf, this.options.maxFrameLength)
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of frames.push(chunk)) onFrame(frame)
      } catch {
        this.reset()
      }
    })
  }

  private onRequest(frame: Buffer): void {
    if (this.client.destroyed) return
    this.requests++
    this.countRequest()
    this.options.onRequest?.(frame)
    const faults = this.faults.takeAtRequest(this.requests)
    if (faults.some((fault) => fault.kind === 'reset-at-request')) this.reset()
    else if (faults.length === 0) this.device.write(frame)
  }

  private onReply(frame: Buffer): void {
    this.steps.push(...this.script(frame))
    this.proceed()
  }

  private script(frame: Buffer): Step[] {
    const steps = scriptReply(frame, this.faults.takeAtReply(), this.held, this.options.corruptions)
    const hold = steps.find((step) => step.do === 'hold')
    this.held = hold
      ? { bytes: Buffer.concat([this.held.bytes, hold.bytes]), replies: this.held.replies + 1 }
      : { bytes: Buffer.alloc(0), replies: 0 }
    return steps
  }

  private proceed(): void {
    while (!this.waiting) {
      const step = this.steps.shift()
      if (!step || this.client.destroyed) return
      if (step.do === 'wait') {
        this.waiting = setTimeout(() => {
          this.waiting = undefined
          this.proceed()
        }, step.ms)
      } else if (step.do === 'send') this.client.write(step.bytes)
      else if (step.do === 'reset') this.reset()
    }
  }

  private end(): void {
    clearTimeout(this.waiting)
    this.waiting = undefined
    this.steps = []
    this.device.destroy()
  }
}
