// Finds out whether the PLC knows random reads, beside the cycles: what is asked for it, and what the answers to all requests say.

import type { LogLevel } from '../../lib/contract/control'
import { Fault, messageOf } from '../../lib/contract/fault'
import { CONNECTION_CLOSED } from '../../lib/net/faults'
import { concernOf } from './end-codes'
import { hexadecimal } from './frames/notation'
import type { Request } from './frames/request'
import type { Answer } from './link/connection'
import type { Trial } from './random'
import { asideMs, GIVEN_UP, type RandomEvent, type RandomReads, step, UNTRIED } from './random-reads'
import type { Plc } from './series'

type Ask = (request: Request) => Promise<Answer>

export class RandomTrial {
  readonly #plc: Plc
  readonly #trials: readonly Trial[]
  readonly #log: (level: LogLevel, text: string) => void
  #reads: RandomReads
  #turn = 0
  /** What the last request at random ended with, behind "it". */
  #how = ''
  readonly #nowMs: () => number
  /** When what is set aside is tried again, on the monotonic clock. */
  #retryAtMs = 0
  #news: string | undefined

  /** Without `trials` there is nothing to choose: what is read at random has no other way, or nothing is. */
  constructor(
    plc: Plc,
    { trials, isAllowed, nowMs }: { trials: readonly Trial[]; isAllowed: boolean; nowMs(): number },
    log: (level: LogLevel, text: string) => void,
  ) {
    this.#nowMs = nowMs
    this.#plc = plc
    this.#trials = trials
    this.#reads = isAllowed ? UNTRIED : GIVEN_UP
    this.#log = log
  }

  /** Whether the next cycle may pick points at random. */
  get isInUse(): boolean {
    return this.#reads.kind === 'in-use' || (this.#reads.kind === 'on-trial' && this.#trials.length === 0)
  }

  /** The first time before a cycle, when no value is lost with the connection; then behind one, whose values are in. */
  get isDue(): 'before' | 'behind' | 'never' {
    if (this.#reads.kind !== 'on-trial' || this.#trials.length === 0) return 'never'
    return this.#reads.failures > 0 || this.#reads.isBroken ? 'behind' : 'before'
  }

  /** Blocks are read in batches, for now or for ever. */
  get isOver(): boolean {
    return this.#reads.kind === 'given-up' || this.#reads.kind === 'set-aside'
  }

  get isGivenUp(): boolean {
    return this.#reads.kind === 'given-up'
  }

  /** A cycle begins. */
  begin(): void {
    if (this.#reads.kind === 'set-aside' && this.#nowMs() >= this.#retryAtMs) this.#take('retry-due')
  }

  /** The blocks of a cycle have been asked for. Returns whether all that was picked at random was refused. */
  end(): 'settled' | 'doubtful' {
    const wasInUse = this.isInUse
    this.#take('cycle-ended')
    return wasInUse && !this.isInUse && this.isDue === 'before' ? 'doubtful' : 'settled'
  }

  /** What an operator should know since the last call. */
  takeNews(): string | undefined {
    const news = this.#news
    this.#news = undefined
    return news
  }

  reconnected(): void {
    this.#take('reconnected')
  }

  /**
   * Returns whether the connection has to be opened anew: a late answer may come, and some servers say nothing more. Throws what
   * `ask` throws at a batch.
   */
  async run(ask: Ask): Promise<'settled' | 'broken'> {
    const trial = this.#trials[this.#turn % Math.max(1, this.#trials.length)]
    if (!trial) return 'settled'
    const batch = await this.#observe(trial.batch, ask)
    if (batch.kind === 'refused' || batch.kind === 'deviation') this.#turn++
    if ((batch.kind !== 'registers' && batch.kind !== 'bits') || this.isOver) return 'settled'
    try {
      const point = await this.#observe(trial.point, ask)
      if (point.kind === 'registers') this.#take('point-answered')
      // a batch of this very PLC was answered a moment ago, so it is the command that is refused
      else if (isFinal(point, this.#plc)) this.#take('refused')
      return point.kind === 'silence' ? 'broken' : 'settled'
    } catch (thrown) {
      if (!isBreak(thrown)) throw thrown
      return 'broken'
    }
  }

  /** Asks for a block of a cycle. */
  async askBlock(request: Request, ask: Ask): Promise<Answer> {
    const answer = await this.#observe(request, ask)
    if (request.kind !== 'random') return answer
    if (answer.kind === 'registers') this.#take('block-answered')
    else if (answer.kind === 'refused') this.#blockRefused(answer)
    return answer
  }

  /** Draws from an answer, or from its failing, what that says whatever was asked for. */
  async #observe(request: Request, ask: Ask): Promise<Answer> {
    const isRandom = request.kind === 'random'
    try {
      const answer = await ask(request)
      if (isRandom) this.#how = howOf(answer)
      if (answer.kind === 'silence') {
        if (isRandom) this.#take('broken')
      } else if (!isRandom && answer.kind !== 'withheld') {
        this.#take('batch-answered')
      }
      return answer
    } catch (thrown) {
      if (isRandom && isBreak(thrown)) {
        this.#how = endOf(thrown)
        this.#take('broken')
      }
      throw thrown
    }
  }

  /** What has been answered before may be refused for its addresses, or because the PLC is another one now. */
  #blockRefused(refusal: Extract<Answer, { kind: 'refused' }>): void {
    const concern = concernOf(refusal, this.#plc.frame)
    if (concern === 'busy' || this.#reads.kind === 'given-up') return
    if (this.#reads.isProven) this.#take('block-refused')
    else if (concern !== 'address') this.#take('refused')
  }

  #take(event: RandomEvent): void {
    if (this.#trials.length === 0 || this.isGivenUp) return
    const wasOver = this.isOver
    this.#reads = step(this.#reads, event)
    if (this.#reads.kind === 'set-aside' && !wasOver) this.#setAside(this.#reads)
    if (!this.isGivenUp) return
    this.#log(
      'warn',
      `the PLC cannot be asked for points picked at random (command 0403): it ${this.#how}, though it answers batches. All are read in batches from now on; with "randomRead" off the trial is spared`,
    )
  }

  #setAside(reads: { readonly timesAside: number }): void {
    const waitMs = asideMs(reads)
    this.#retryAtMs = this.#nowMs() + waitMs
    const minutes = Math.round(waitMs / 60_000)
    const text = `the PLC cannot be asked for points picked at random (command 0403) any more: it ${this.#how}, though it answers batches; was it replaced, or its access settings changed? All are read in batches, and the command is tried again in ${minutes} min; with "randomRead" off the trial is spared`
    // each further time it is the same
    this.#log(reads.timesAside === 1 ? 'warn' : 'debug', text)
    if (reads.timesAside === 1) this.#news = text
  }
}

/** Neither an answer nor busy. */
function isFinal(answer: Answer, { frame }: Plc): boolean {
  if (answer.kind === 'refused') return concernOf(answer, frame) !== 'busy'
  return answer.kind === 'deviation'
}

/** A stop is ours, and a fault of another kind no word of the PLC. */
function isBreak(thrown: unknown): thrown is Fault {
  return thrown instanceof Fault && (thrown.kind === 'link' || thrown.kind === 'protocol') && thrown.code !== 'stopped'
}

function howOf(answer: Answer): string {
  if (answer.kind === 'refused') return `refuses it with end code ${hexadecimal(answer.endCode, 4)}`
  if (answer.kind === 'deviation') return `answers wrongly (${answer.text})`
  return 'does not answer'
}

function endOf(fault: Fault): string {
  // before the first answer of a connection the code says so
  if (fault.code.startsWith(CONNECTION_CLOSED)) return 'closes the connection'
  return fault.code === 'no-answer' ? 'does not answer' : `ends the connection (${messageOf(fault)})`
}
