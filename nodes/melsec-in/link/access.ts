// The way to the PLC over as many connections as it takes: a new one where an answer on the old one could be taken for another, and
// where the PLC has closed it between two requests.

import { setTimeout } from 'node:timers/promises'
import { isTold, TOLD } from '../../../lib/collector/repetition'
import type { LogLevel } from '../../../lib/contract/control'
import { Fault } from '../../../lib/contract/fault'
import { overConnections } from '../../../lib/net/connections'
import { CLOSED_AT_ONCE } from '../../../lib/net/faults'
import type { Link } from '../../../lib/net/link'
import { type MelsecConfig, plcOf } from '../fields'
import { type Codec, codecOf, timerWithin } from '../frames/codec'
import type { Request } from '../frames/request'
import { type Answer, Connection } from './connection'
import { NamedPort } from './named-port'
import { openLink } from './open-link'

/** A port that serves one client may need a moment to see that the connection before is closed. */
const PLACE_WAITS_MS = [20, 200]
const CLOSES_INSTEAD = 'the PLC closes the connection instead of answering; does it have what is asked for?'

export class Access {
  readonly #config: MelsecConfig
  readonly #log: (level: LogLevel, text: string) => void
  readonly #codec: Codec
  readonly #namedPort: NamedPort | undefined
  #connection: Connection | undefined
  #isOpen = false
  /** The PLC may say nothing more on this connection. */
  #isSpoilt = false
  /** Since the cycle began. */
  #answers = 0
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
    const stop = () => connection.drop(new Fault('link', 'stopped', 'reading was stopped'))
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (signal.aborted) stop()
      const answer = await connection.ask(request)
      if (answer.kind !== 'silence') this.#answers++
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** What ends the connection, while other requests of the cycle are answered, is the outcome of this request. */
  async ask(request: Request, signal: AbortSignal): Promise<Answer> {
    try {
      const outcome = await overConnections(() => this.#askAnew(request, signal))
      if (outcome.kind === 'answered') return outcome.answer
      if (this.#answers === 0) throw outcome.fault
      return { kind: 'deviation', text: CLOSES_INSTEAD }
    } catch (thrown) {
      if (!(thrown instanceof Fault) || !this.#connection?.brokenOff || this.#answers === 0) throw thrown
      return { kind: 'silence', instead: thrown.message }
    }
  }

  /** The next request goes over another connection. */
  spoil(): void {
    this.#isSpoilt = true
  }

  /** A cycle begins. */
  begin(): void {
    this.#answers = 0
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
    if (!connection) return await this.#reopen(signal)
    if (connection.isSpent || this.#isSpoilt) return await this.#reopen(signal, connection.address)
    if (!connection.closedWhileIdle) return connection
    this.#idleClose()
    return await this.#reopen(signal)
  }

  async #reopen(signal: AbortSignal, address?: string): Promise<Connection> {
    const isAnother = await this.#end()
    this.#isSpoilt = false
    const link = await this.#openLink(address, isAnother ? PLACE_WAITS_MS : [], signal)
    const { transport, frame, timeout } = this.#config
    const connection = new Connection(link, this.#codec, {
      datagrams: transport === 'udp',
      numbered: frame === '4E',
      namedPort: this.#namedPort,
      timeoutMs: timeout,
      onLate: () => this.#late(),
      onNoise: (text) => this.#noise(text),
    })
    this.#connection = connection
    return connection
  }

  async #openLink(address: string | undefined, waitsMs: readonly number[], signal: AbortSignal): Promise<Link> {
    try {
      return await openLink({ ...this.#config, address }, signal)
    } catch (thrown) {
      const [waitMs, ...others] = waitsMs
      if (waitMs === undefined || !isTaken(thrown)) throw thrown
      await setTimeout(waitMs, undefined, { signal }).catch(() => {})
      return await this.#openLink(address, others, signal)
    }
  }

  /** Whether there was a connection. */
  async #end(): Promise<boolean> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
    return connection !== undefined
  }

  #late(): void {
    if (!isTold(++this.#lateAnswers)) return
    const { timeout } = this.#config
    this.#log('debug', `an answer came after more than ${timeout} ms and was dropped (${this.#lateAnswers} so far)`)
  }

  #noise(text: string): void {
    if (!isTold(++this.#noises)) return
    this.#log(this.#noises === 1 ? 'warn' : 'debug', `dropped: ${text} (${this.#noises} times so far)`)
  }

  #idleClose(): void {
    if (++this.#idleCloses !== TOLD) return
    this.#log('info', 'the PLC closes the connection between two requests; it is opened anew for each')
  }
}

/** The port is there, but its place is not free yet. */
function isTaken(thrown: unknown): boolean {
  return thrown instanceof Fault && (thrown.code === 'connection-refused' || thrown.code === CLOSED_AT_ONCE)
}
