// The way to the PLC over as many connections as it takes: a new one where an answer on the old one could be taken for another, and
// where the PLC has closed it between two requests.

import { isTold, TOLD } from '../../../lib/collector/repetition'
import type { LogLevel } from '../../../lib/contract/control'
import { Fault } from '../../../lib/contract/fault'
import { Connections } from '../../../lib/net/connections'
import { STOPPED } from '../../../lib/net/faults'
import { type MelsecConfig, plcOf } from '../fields'
import { type Codec, codecOf, timerWithin } from '../frames/codec'
import type { Request } from '../frames/request'
import { type Answer, Connection } from './connection'
import { NamedPort } from './named-port'
import { openLink } from './open-link'

const CLOSES_INSTEAD = 'the PLC closes the connection'
/** Of 4E. */
const SERIALS = 0x1_0000

export class Access {
  readonly #config: MelsecConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #codec: Codec
  readonly #namedPort: NamedPort | undefined
  readonly #connections = new Connections()
  #connection: Connection | undefined
  /** What the host was looked up as for the connection before, where the next one wants to know. */
  #address: string | undefined
  /** By chance at first: late answers to a process before may come. */
  #serial = Math.floor(Math.random() * SERIALS)
  #isOpen = false
  /** The PLC may say nothing more on this connection. */
  #isSpoilt = false
  #lateAnswers = 0
  #noises = 0
  #idleCloses = 0

  constructor(config: MelsecConfig, log: (level: LogLevel, text: string) => void) {
    this.#config = config
    this.#log = log
    this.#codec = codecOf(plcOf(config), config, timerWithin(config.monitoringTimer, config.timeout))
    const { transport, frame, localPort, timeout } = config
    const isNamed = transport === 'udp' && frame !== '4E' && localPort !== 0
    this.#namedPort = isNamed ? new NamedPort(timeout) : undefined
  }

  /** Throws a Fault of kind `link`. */
  async open(signal: AbortSignal): Promise<void> {
    this.#isOpen = true
    await this.#reopen(signal)
  }

  /** Throws the Fault that ended the connection, whatever was asked. */
  async askOnce(request: Request, signal: AbortSignal): Promise<Answer> {
    if (!this.#isOpen) throw new Fault('link', 'not-connected', 'not connected')
    await this.#namedPort?.quiet(signal)
    const connection = await this.#standing(signal)
    const stop = () => connection.drop(new Fault('link', STOPPED, 'reading was stopped'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (signal.aborted) stop()
      const answer = await connection.ask(request)
      // so that the PLC sees it before the next request
      if (connection.isSpent) {
        await this.#end()
        if (this.#config.transport === 'tcp') this.#connections.letGo()
      }
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** What ends the connection, or cannot be read, while other requests of the cycle are answered, is the outcome of this request. */
  async ask(request: Request, signal: AbortSignal): Promise<Answer> {
    try {
      const outcome = await this.#connections.ask(() => this.#askAnew(request, signal), signal)
      if (outcome.kind === 'answered') return outcome.answer
      if (outcome.kind === 'unsent') return { kind: 'withheld', reason: outcome.reason }
      await this.#end()
      return { kind: 'silence', instead: CLOSES_INSTEAD }
    } catch (thrown) {
      if (!(thrown instanceof Fault) || !this.#connection?.brokenOff || !this.#connections.hasAnswered) throw thrown
      return { kind: 'silence', instead: thrown.message }
    }
  }

  /** What a cycle failed with, in better words where there are some. */
  explain(thrown: unknown): unknown {
    return this.#connections.explain(thrown)
  }

  /** For how long nothing can be read after a request that was not answered, if the PLC has been seen to keep the place of a client. */
  get silenceCostMs(): number {
    return this.#connections.heldMs
  }

  /** The next request goes over another connection. */
  spoil(): void {
    this.#isSpoilt = true
  }

  /** A cycle begins. */
  begin(): void {
    this.#connections.begin()
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#end()
  }

  async #askAnew(request: Request, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.askOnce(request, signal)
    } catch (thrown) {
      this.#isSpoilt = true
      throw thrown
    }
  }

  /** Closing a connection that was quiet for long is a PLC's good right, and no reason to lose a cycle. */
  async #standing(signal: AbortSignal): Promise<Connection> {
    const connection = this.#connection
    if (!connection || this.#isSpoilt) return await this.#reopen(signal)
    if (!connection.closedWhileIdle) return connection
    this.#idleClose()
    return await this.#reopen(signal)
  }

  async #reopen(signal: AbortSignal): Promise<Connection> {
    await this.#end()
    this.#isSpoilt = false
    const link = await openLink({ ...this.#config, address: this.#address }, signal)
    const { transport, frame, timeout } = this.#config
    const connection = new Connection(link, this.#codec, {
      datagrams: transport === 'udp',
      numbered: frame === '4E',
      namedPort: this.#namedPort,
      timeoutMs: timeout,
      onLate: () => this.#late(),
      onNoise: (text) => this.#noise(text),
      nextSerial: () => this.#nextSerial(),
    })
    this.#connection = connection
    return connection
  }

  async #end(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    if (!connection) return
    this.#address = connection.isSpent ? connection.address : undefined
    await connection.close()
  }

  #nextSerial(): number {
    this.#serial = (this.#serial + 1) % SERIALS
    return this.#serial
  }

  #late(): void {
    if (!isTold(++this.#lateAnswers)) return
    const { timeout } = this.#config
    this.#log('debug', `an answer came after more than ${timeout} ms and was dropped (${this.#lateAnswers} so far)`)
  }

  #noise(text: string): void {
    if (!isTold(++this.#noises)) return
    if (this.#noises === 1) this.#log('warn', `dropped: ${text}`)
    else this.#log('debug', `dropped: ${text} (${this.#noises} times so far)`)
  }

  #idleClose(): void {
    if (++this.#idleCloses !== TOLD) return
    this.#log('info', 'the PLC closes the connection between two requests; it is opened anew for each')
  }
}
