// A connection to a PLC over any link: one request at a time, and only what answers it gets through. It ends once, for one
// reason, and takes the request under way with it.

import { Fault } from '../../../lib/contract/fault'
import { CONNECTION_CLOSED, CONNECTION_REFUSED, linkFault, stoppedFault } from '../../../lib/net/faults'
import type { Link } from '../../../lib/net/link'
import { Noise, SOCKET_NOISE_MAX } from '../../../lib/net/noise'
import type { Codec } from '../frames/codec'
import { findFrame } from '../frames/find-frame'
import type { NextFrame } from '../frames/next-frame'
import type { Reply, Request, Violation } from '../frames/request'
import type { NamedPort } from './named-port'

export type ConnectionSettings = {
  /** Each chunk is one frame: nothing is split or joined, but may be lost, come twice or out of order. */
  datagrams: boolean
  /** Frames say which request they answer (4E). */
  numbered: boolean
  /** The port of this computer that all datagrams come from, where it has to be a certain one and frames are not numbered. */
  namedPort: NamedPort | undefined
  /** For each answer. */
  timeoutMs: number
  /** Hears of each answer that came after its time. */
  onLate(): void
  /** Hears of what came in and was dropped. */
  onNoise(text: string): void
  /** For the next request: late answers to those of an earlier connection may come to this one. */
  nextSerial(): number
}

/** `instead` says what came that could not be the answer, if anything did. `withheld`: the request was not sent. */
export type Answer =
  | Exclude<Reply, Violation>
  | { readonly kind: 'silence'; readonly instead?: string }
  | { readonly kind: 'withheld'; readonly reason: string }

/** What cannot be read as an answer: the connection ends with it. */
const VIOLATION = 'melsec-violation'

type Asked = { readonly request: Request; readonly serial: number; readonly resolve: (answer: Answer) => void }

const NOTHING: Buffer = Buffer.alloc(0)
/** An answer to an earlier request than so many is none. */
const OVER_MAX = 1000
const UNASKED = 'it sends what was not asked for'

export class Connection {
  readonly #link: Link
  readonly #codec: Codec
  readonly #settings: ConnectionSettings
  #incoming: Buffer = NOTHING
  #asked: Asked | undefined
  #serial = 0
  /** Serials of requests that were given up or answered: late answers to them, and copies, may come. */
  readonly #over = new Set<number>()
  /** An answer without a number may still come. */
  #isOwed = false
  #brokenOff = false
  /** What came instead of an answer: to this request by datagrams, to any so far in a stream. */
  #noise: string | undefined
  readonly #strays = new Noise(SOCKET_NOISE_MAX)
  #reject: ((fault: Fault) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: Fault | undefined
  #answered = false
  #requests = 0
  #closedWhileIdle = false

  constructor(link: Link, codec: Codec, settings: ConnectionSettings) {
    this.#link = link
    this.#codec = codec
    this.#settings = settings
    link.listen({ data: (chunk) => this.#receive(chunk), ended: (fault) => this.#end(fault) })
  }

  /** A connection that worked until the PLC closed it between two requests. */
  get closedWhileIdle(): boolean {
    return this.#closedWhileIdle
  }

  /** It ended because what came instead of an answer cannot be read. */
  get brokenOff(): boolean {
    return this.#brokenOff
  }

  /** What the host was looked up as, where the next connection wants to know. */
  get address(): string | undefined {
    return this.#link.address
  }

  /** Whatever still comes could be taken for the answer to the next request. A datagram may come twice at any time. */
  get isSpent(): boolean {
    const { datagrams, numbered, namedPort } = this.#settings
    if (numbered || namedPort) return false
    return datagrams ? this.#requests > 0 : this.#isOwed
  }

  /** Rejects with the Fault that ended the connection. */
  ask(request: Request): Promise<Answer> {
    if (this.#asked) return Promise.reject(new Fault('bug', 'two-requests', 'one request at a time'))
    return new Promise((resolve, reject) => {
      if (this.#fault) return reject(this.#fault)
      this.#serial = this.#settings.nextSerial()
      const bytes = this.#codec.encode(request, this.#serial)
      this.#reject = reject
      this.#requests++
      if (this.#settings.datagrams) this.#noise = undefined
      this.#asked = { request, serial: this.#serial, resolve }
      this.#timer = setTimeout(() => this.#timeOut(), this.#settings.timeoutMs)
      this.#over.delete(this.#serial)
      this.#link.write(bytes)
    })
  }

  /** Ends the connection at once, for this reason. */
  drop(fault: Fault): void {
    this.#end(fault)
  }

  async close(): Promise<void> {
    this.#end(stoppedFault(this.#link.target))
    await this.#link.close()
  }

  #receive(chunk: Buffer): void {
    if (this.#fault) return
    if (this.#settings.datagrams) this.#datagram(chunk)
    else this.#stream(chunk)
  }

  #stream(chunk: Buffer): void {
    this.#incoming = this.#incoming.length === 0 ? chunk : Buffer.concat([this.#incoming, chunk])
    const wrong = this.#takeFrames()
    if (wrong !== undefined) this.#end(this.#violation(wrong))
  }

  /** All frames that have come in. Says what is wrong where the connection is of no use. */
  #takeFrames(): string | undefined {
    while (this.#incoming.length > 0) {
      const state = { asked: this.#asked?.request, mayBeData: this.#answered }
      const { skipped, next, reason } = findFrame(this.#codec, this.#incoming, state)
      this.#incoming = this.#incoming.subarray(skipped)
      const wrong = (reason && this.#skip(skipped, reason)) ?? this.#take(next)
      if (wrong !== undefined || next.kind === 'incomplete') return wrong
    }
    return undefined
  }

  /** Bytes in which no frame begins, and why none does. */
  #skip(bytes: number, reason: Violation): string | undefined {
    if (!this.#answered) {
      if (this.#asked && reason.isOtherForm) return reason.text
      this.#noise ??= reason.text
    }
    const { kind, text } = this.#strays.add(bytes)
    if (kind === 'violation') return this.#noise ?? `it sends ${text}`
    this.#settings.onNoise(text)
    return undefined
  }

  #take(next: NextFrame): string | undefined {
    if (next.kind === 'violation') return next.text
    const isExpected = this.#asked !== undefined || this.#settings.numbered
    // what begins a frame may be a copy of an answer: its end must not be taken for the next one
    if (!isExpected && this.#incoming.length > 0) return UNASKED
    if (next.kind === 'incomplete') return undefined
    this.#incoming = next.rest
    return this.#judge(next.frame)
  }

  /** Nobody can tell who sent a datagram that makes no sense: the answer may still come. */
  #datagram(datagram: Buffer): void {
    const { namedPort, onLate } = this.#settings
    if (!this.#asked && namedPort?.arrived(datagram)) {
      onLate()
      return
    }
    const next = this.#codec.nextFrame(datagram, this.#asked?.request)
    const wrong =
      next.kind === 'violation'
        ? next.text
        : next.kind === 'incomplete' || next.rest.length > 0
          ? `it sends a datagram of ${datagram.length} bytes, which is not one frame`
          : this.#judge(next.frame)
    if (wrong === undefined) return
    this.#noise = wrong
    this.#settings.onNoise(wrong)
  }

  /** Says what is wrong with it. */
  #judge(frame: Buffer): string | undefined {
    const serial = this.#codec.serialOf(frame)
    const asked = this.#asked
    if (serial !== undefined && serial !== asked?.serial) {
      const isKnown = this.#over.has(serial) || this.#settings.datagrams
      if (!isKnown) return `it answers request ${serial}, which was not asked`
      this.#settings.onLate()
      return undefined
    }
    if (!asked) return UNASKED
    const reply = this.#codec.decode(frame, asked.request, asked.serial)
    if (reply.kind === 'violation') return reply.text
    // a copy of an earlier answer, as far as anybody can tell
    if (reply.kind === 'deviation' && this.#settings.namedPort) return reply.text
    this.#answered = true
    this.#noise = undefined
    this.#strays.restart()
    if (serial !== undefined) this.#remember(serial)
    this.#settle(asked, reply)
    return undefined
  }

  /** Whether a datagram is an answer to this request, as far as can be seen. */
  #answers(datagram: Buffer, { request, serial }: Asked): boolean {
    const next = this.#codec.nextFrame(datagram, request)
    if (next.kind !== 'frame' || next.rest.length > 0) return false
    return this.#codec.decode(next.frame, request, serial).kind !== 'violation'
  }

  #timeOut(): void {
    const { numbered, namedPort } = this.#settings
    const asked = this.#asked
    if (!asked) return
    if (this.#noise !== undefined) {
      this.#end(this.#violation(this.#noise))
      return
    }
    if (numbered) this.#remember(asked.serial)
    else if (namedPort) namedPort.gaveUp((datagram) => this.#answers(datagram, asked))
    else this.#isOwed = true
    this.#settle(asked, { kind: 'silence' })
  }

  #remember(serial: number): void {
    this.#over.add(serial)
    const [oldest] = this.#over
    if (oldest !== undefined && this.#over.size > OVER_MAX) this.#over.delete(oldest)
  }

  #settle(asked: Asked, answer: Answer): void {
    clearTimeout(this.#timer)
    this.#asked = undefined
    this.#reject = undefined
    asked.resolve(answer)
  }

  /** A service that is no PLC says something before. */
  #closedAtOnce(fault: Fault): Fault {
    if (this.#noise !== undefined) return this.#violation(this.#noise)
    return linkFault('CLOSED_AT_ONCE', this.#link.target, fault)
  }

  #violation(text: string): Fault {
    return new Fault('protocol', VIOLATION, `${this.#link.target}: ${text}`)
  }

  #end(fault: Fault): void {
    if (this.#fault) return
    const closed = fault.code === CONNECTION_CLOSED
    const ended = closed && !this.#answered ? this.#closedAtOnce(fault) : fault
    this.#fault = ended
    this.#closedWhileIdle = closed && this.#answered && !this.#asked
    this.#brokenOff = ended.code === VIOLATION && this.#asked !== undefined
    const reject = this.#reject
    // what nothing listened to is not answered later
    const asked = this.#asked
    if (asked && fault.code !== CONNECTION_REFUSED) {
      this.#settings.namedPort?.gaveUp((datagram) => this.#answers(datagram, asked))
    }
    clearTimeout(this.#timer)
    this.#asked = undefined
    this.#reject = undefined
    this.#incoming = NOTHING
    // `close` waits for it, and hears of what goes wrong
    this.#link.close().catch(() => {})
    reject?.(this.#fault)
  }
}
