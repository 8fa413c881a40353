// A connection to a Modbus device over any link: modbus-serial over a guarded port, one request at a time. It ends once,
// for one reason, and takes the request under way with it.

import ModbusRTU from 'modbus-serial'
import { Fault, messageOf } from '../../../lib/contract/fault'
import { CONNECTION_CLOSED, linkFault, stoppedFault } from '../../../lib/net/faults'
import type { Answer, ReadRequest } from '../../../lib/polling/protocol'
import type { ReadArea } from '../areas'
import type { Framing } from './framing'
import type { Link } from './link'
import { GuardedPort } from './port'
import { type Asked, askedOf, dataBytesOf, EXCEPTION_BIT, sealed } from './rtu'

export type ConnectionSettings = {
  /** For each answer; the time that its bytes are on the line is added. */
  timeoutMs: number
  /** Between what the device said and the next request. */
  pauseMs?(): number
  /** Hears of each answer that came after its time. */
  onLate(): void
  /** Hears of what came in and was dropped. */
  onNoise(text: string): void
}

/** Function code -> what asks for it. */
const readFunctions: Partial<Record<number, 'writeFC1' | 'writeFC2' | 'writeFC3' | 'writeFC4'>> = {
  1: 'writeFC1',
  2: 'writeFC2',
  3: 'writeFC3',
  4: 'writeFC4',
}

/** Unit, function and CRC, and what else there is besides the data. */
const REQUEST_BYTES = 8
const ANSWER_BYTES = 5
/** modbus-serial is told so of an answer that it does not get to see; the number does not matter. */
const EXCEPTION_BYTES = 5
const ANY_EXCEPTION = 4

export class Connection {
  readonly #link: Link
  readonly #settings: ConnectionSettings
  readonly #framing: Framing
  readonly #port: GuardedPort
  readonly #client: ModbusRTU
  #asking = false
  /** What modbus-serial waits for the answer to. */
  #asked: Asked | undefined
  #deviation: Answer | undefined
  /** Ends what is waited for. */
  #reject: ((fault: Fault) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #fault: Fault | undefined
  #answered = false

  constructor(link: Link, framing: Framing, settings: ConnectionSettings) {
    this.#link = link
    this.#framing = framing
    this.#settings = settings
    this.#port = new GuardedPort(link, framing, {
      violation: (text) => this.#end(this.#violation(`breaks the protocol: ${text}`)),
      late: settings.onLate,
      deviation: (text) => this.#deviate(text),
      noise: settings.onNoise,
    })
    link.listen({ data: (chunk) => this.#port.receive(chunk), ended: (fault) => this.#end(fault) })
    this.#client = new ModbusRTU(this.#port)
    this.#client.setTimeout(settings.timeoutMs)
    this.#client.open(() => {})
  }

  /** Why the connection ended; undefined while it stands. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** Rejects with the Fault that ended the connection. To be called when the way is clear. */
  read(request: ReadRequest<ReadArea>): Promise<Answer> {
    return this.#one(() => {
      const asked = askedOf(request)
      return this.#ask(asked, this.#timeoutMs(dataBytesOf(asked)))
    })
  }

  /**
   * Before a request: waits until the device may be asked, and sees to it that no earlier answer can be taken for the one to this request.
   * `proven`: the device had to be asked for that. Rejects with the Fault that ended the connection.
   */
  clear(request: ReadRequest<ReadArea>): Promise<'clear' | 'proven' | 'doubtful'> {
    return this.#one(() => this.#clear(askedOf(request)))
  }

  async #one<T>(work: () => Promise<T>): Promise<T> {
    if (this.#asking) throw new Fault('bug', 'two-requests', 'one request at a time')
    this.#asking = true
    try {
      return await work()
    } finally {
      this.#asking = false
    }
  }

  /** Ends the connection at once, for this reason. */
  drop(fault: Fault): void {
    this.#end(fault)
  }

  async close(): Promise<void> {
    this.#end(stoppedFault(this.#link.target))
    await this.#link.close()
  }

  #ask(asked: Asked, timeoutMs: number): Promise<Answer> {
    const { unit, functionCode, address, count, width = 1 } = asked
    const ask = readFunctions[functionCode]
    if (!ask) throw new Fault('bug', 'function-unknown', `function ${functionCode} does not read`)
    return this.#orEnd((resolve) => {
      this.#asked = asked
      this.#deviation = undefined
      this.#port.prepare(asked)
      this.#client.setTimeout(timeoutMs)
      this.#client[ask](unit, address, count * width, (error: unknown, result?: { buffer: Buffer }) => {
        const answer = this.#deviation ?? (result ? dataOf(result.buffer) : answerOf(error))
        this.#asked = undefined
        // modbus-serial did not accept what the port let through
        if (!answer) return this.#end(this.#violation(messageOf(error), error))
        if (answer.kind !== 'silence') this.#answered = true
        resolve(answer.kind === 'silence' ? silence(this.#port.giveUp()) : answer)
      })
    })
  }

  /** modbus-serial waits for an answer that it can read: an exception ends its request. */
  #deviate(text: string): void {
    if (!this.#asked) return
    const { unit, functionCode } = this.#asked
    this.#deviation = { kind: 'deviation', text }
    const exception = Buffer.alloc(EXCEPTION_BYTES)
    exception.set([unit, functionCode | EXCEPTION_BIT, ANY_EXCEPTION])
    this.#port.emit('data', sealed(exception))
  }

  async #clear(asked: Asked): Promise<'clear' | 'proven' | 'doubtful'> {
    await this.#rest()
    if (!this.#port.doubts(asked)) return 'clear'
    await this.#orEnd<void>((resolve) => {
      this.#timer = setTimeout(resolve, this.#timeoutMs(dataBytesOf(asked)))
      this.#port.probe(asked, () => {
        this.#answered = true
        resolve()
      })
    })
    clearTimeout(this.#timer)
    this.#port.giveUp()
    await this.#rest()
    return this.#port.doubts(asked) ? 'doubtful' : 'proven'
  }

  /** Frames on a line are told apart by the silence between them. A line that is never silent is noisy: it does not get better. */
  async #rest(): Promise<void> {
    const { timeoutMs, pauseMs = () => 0 } = this.#settings
    const endsAt = performance.now() + timeoutMs + pauseMs()
    for (;;) {
      const restMs = this.#port.restMs(pauseMs())
      if (restMs <= 0 || performance.now() >= endsAt) return
      await this.#orEnd<void>((resolve) => {
        this.#timer = setTimeout(resolve, Math.ceil(restMs))
      })
    }
  }

  #timeoutMs(dataBytes: number): number {
    const { line } = this.#link
    const bytes = this.#framing.wireBytes(REQUEST_BYTES) + this.#framing.wireBytes(ANSWER_BYTES + dataBytes)
    return this.#settings.timeoutMs + Math.ceil(line?.timeMs(bytes) ?? 0)
  }

  /** What is waited for, unless the connection ends before. */
  #orEnd<T>(begin: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#fault) return reject(this.#fault)
      this.#reject = reject
      begin((value) => {
        this.#reject = undefined
        resolve(value)
      })
    })
  }

  #violation(text: string, cause?: unknown): Fault {
    return new Fault('protocol', 'modbus-violation', `${this.#link.target} ${text}`, { cause })
  }

  #end(fault: Fault): void {
    if (this.#fault) return
    const closed = fault.code === CONNECTION_CLOSED
    this.#fault = closed && !this.#answered ? linkFault('CLOSED_AT_ONCE', this.#link.target, fault) : fault
    const reject = this.#reject
    this.#reject = undefined
    clearTimeout(this.#timer)
    // cancels the timer of the request
    this.#client.destroy(() => {})
    // `close` waits for it, and hears of what goes wrong
    this.#link.close().catch(() => {})
    reject?.(this.#fault)
  }
}

function silence(instead: string | undefined): Answer {
  return { kind: 'silence', ...(instead !== undefined && { instead }) }
}

function dataOf({ buffer, byteOffset, byteLength }: Buffer): Answer {
  return { kind: 'data', view: new DataView(buffer, byteOffset, byteLength) }
}

/** What modbus-serial's errors mean; its timeout is not an Error. */
function answerOf(error: unknown): Answer | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('modbusCode' in error && typeof error.modbusCode === 'number')
    return { kind: 'exception', code: error.modbusCode }
  if ('errno' in error && error.errno === 'ETIMEDOUT') return { kind: 'silence' }
  return undefined
}
