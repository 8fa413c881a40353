// A monitor as a program of somebody else would be: connects to a WebSocket of Node-RED and keeps what comes.

import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'
import { type MonitorMessage, parseMonitorMessage } from '../../lib/contract/monitor'
import { until } from './until'

type Of<Type extends MonitorMessage['type']> = Extract<MonitorMessage, { type: Type }>

export class Monitor {
  readonly socket: WebSocket
  readonly messages: MonitorMessage[] = []
  closed: { code: number; reason: string } | undefined

  private constructor(url: string, protocols: string[], options: ClientOptions) {
    this.socket = new WebSocket(url, protocols, options)
    this.socket.on('message', (data) => {
      const message = parseMonitorMessage(JSON.parse(String(data)))
      if (!message) throw new Error(`a message that nobody understands: ${data}`)
      this.messages.push(message)
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
  }

  /** `url` begins with http: or ws:. */
  static async open(url: string, protocols: string[] = [], options: ClientOptions = {}): Promise<Monitor> {
    const monitor = new Monitor(url.replace(/^http/, 'ws'), protocols, options)
    await once(monitor.socket, 'open')
    monitor.socket.on('error', () => {})
    return monitor
  }

  of<Type extends MonitorMessage['type']>(type: Type): Of<Type>[] {
    return this.messages.filter((message): message is Of<Type> => message.type === type)
  }

  /** The first message of a type that is as wanted, of those that came or will come. */
  async when<Type extends MonitorMessage['type']>(
    type: Type,
    wanted: (message: Of<Type>) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<Of<Type>> {
    let found: Of<Type> | undefined
    await until(() => {
      found = this.of(type).find(wanted)
      return found !== undefined
    }, timeoutMs)
    if (!found) throw new Error('not found')
    return found
  }

  async whenClosed(timeoutMs = 10_000): Promise<{ code: number; reason: string }> {
    await until(() => this.closed !== undefined, timeoutMs)
    return this.closed ?? { code: 0, reason: '' }
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.socket.close()
    await this.whenClosed()
  }
}
