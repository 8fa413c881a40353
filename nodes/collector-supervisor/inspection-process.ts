// One throw-away process: it asks a device on behalf of a person who has settings in front of him that nobody deployed. It is in no
// table and is not started again: it ends when nobody asks any more, with its supervisor, and for all that goes wrong in words.

import type { FromChild, LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { EXIT_CONFIG } from '../../lib/contract/lifecycle'
import { CONTROL_VERSION } from '../../lib/contract/limits'
import type { ExitFacts } from '../../lib/contract/process-event'
import { Child, type ChildProgram } from './child'
import { discreetly, hideFor } from './discretion'
import { describeExit } from './machine-end'
import type { ProcessSpec } from './process-spec'
import { type Question, Questions } from './questions'
import type { SpawnGate } from './spawn-gate'

/** What of a process's spec concerns one that is only asked. */
export type InspectionSpec = Pick<ProcessSpec, 'script' | 'sandbox' | 'folder' | 'device' | 'config' | 'secrets'>

/** What an inspection needs of its supervisor. */
export type InspectionPlace = {
  /** Of the supervisor. */
  readonly id: string
  program(spec: InspectionSpec): ChildProgram
  /** Path of the folder that the process may read and write besides. */
  folder(spec: InspectionSpec): string | undefined
  gate: SpawnGate
  /** Settles when an earlier Node-RED has left no process behind, and a process may be started. */
  ready(): Promise<void>
  /** Why none may be; known when `ready` has settled. */
  obstacle(): string | undefined
  /** The process `key` is there, or gone: for the next start, should this one be killed. */
  started(key: string, pid: number): void
  ended(key: string): void
  /** For an operator to know, e.g. that a certificate is trusted from now on. */
  warn(text: string): void
}

export type InspectionTimes = {
  /** Nobody asks for so long: it ends. */
  idleMs: number
  startMs: number
  /** The process has deadlines of its own, below this one: who passes it hangs. */
  answerMs: number
  stopMs: number
}
export const INSPECTION_TIMES: InspectionTimes = { idleMs: 30_000, startMs: 20_000, answerMs: 65_000, stopMs: 3000 }

const GENERATION = 1
/** What it said of an error on stderr, last, is part of why it ended. */
const LAST_WORDS_MAX = 500
/** Of one process; a device could make it say more and more. */
const WARNINGS_MAX = 20
/** A question that nobody answers is given up here a little later than the process is: that one knows why. */
const PATIENCE_MS = 1000
/** From its closed channel to its end, ms. */
const UNREACHABLE_MS = 2000

export class InspectionProcess {
  readonly spec: InspectionSpec
  readonly #place: InspectionPlace
  readonly #key: string
  readonly #times: InspectionTimes
  readonly #questions = new Questions()
  readonly #ready: Promise<void>
  /** Settles when there is no process any more, if there ever was one. */
  readonly gone: Promise<void>
  #settleReady: (fault: Fault | undefined) => void = () => {}
  #settleGone: () => void = () => {}
  #child: Child | undefined
  /** Why it answers nothing any more. */
  #over: Fault | undefined
  /** What the child itself said to be wrong. */
  #fault: Fault | undefined
  #lastWords = ''
  #warnings = 0
  #asking = 0
  #idleTimer: NodeJS.Timeout | undefined
  #killTimer: NodeJS.Timeout | undefined

  /** @param after settles when the processes that this one must not meet are gone */
  constructor(
    spec: InspectionSpec,
    place: InspectionPlace,
    key: string,
    after: Promise<unknown>,
    times = INSPECTION_TIMES,
  ) {
    this.spec = spec
    this.#place = place
    this.#key = key
    this.#times = times
    this.gone = new Promise((resolve) => {
      this.#settleGone = resolve
    })
    this.#ready = new Promise((resolve, reject) => {
      this.#settleReady = (fault) => (fault ? reject(fault) : resolve())
    })
    // Who asks hears of it; until then nobody does.
    this.#ready.catch(() => {})
    void Promise.all([after, place.ready()]).then(() => place.gate.enter((leave) => this.#start(leave)))
  }

  get place(): InspectionPlace {
    return this.#place
  }
  get over(): boolean {
    return this.#over !== undefined
  }
  /** Somebody waits for an answer. */
  get busy(): boolean {
    return this.#asking > 0
  }
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Rejects with a Fault: what the device or the process said against it, or how the process ended. */
  async ask(question: Question): Promise<unknown> {
    if (this.#over) throw this.#over
    clearTimeout(this.#idleTimer)
    this.#asking++
    const hung = setTimeout(() => this.#giveUp(unanswered(this.#times.answerMs)), this.#times.answerMs)
    try {
      await this.#ready
      return await this.#questions.ask({
        timeoutMs: this.#times.answerMs + PATIENCE_MS,
        send: (id) => this.#child?.send({ ...question, generation: GENERATION, id }) === true,
      })
    } finally {
      clearTimeout(hung)
      this.#asking--
      this.#rest()
    }
  }

  /** Settles when the process is gone. */
  close(): Promise<void> {
    this.#end(new Fault('link', 'stopped', 'the inspection has ended'))
    return this.gone
  }

  /** The last resort, when Node-RED itself is about to be gone. */
  killNow(): void {
    this.#child?.kill()
  }

  #start(leave: () => void): void {
    if (this.#over) {
      leave()
      this.#settleGone()
      return
    }
    const { script, config } = this.spec
    const problem = this.#place.obstacle()
    if (problem !== undefined) {
      leave()
      this.#ended(new Fault('config', 'sandbox', problem))
      return
    }
    const late = setTimeout(() => this.#giveUp(notReady(this.#times.startMs)), this.#times.startMs)
    const started = (): void => {
      clearTimeout(late)
      leave()
    }
    const child = new Child(
      this.#place.program(this.spec),
      discreetly(
        {
          identified: (pid) => this.#place.started(this.#key, pid),
          message: (message) => {
            if (message.type === 'ready') started()
            this.#hear(message)
          },
          malformed: () => {},
          flood: () => {},
          unreachable: () => this.#awaitEnd(),
          output: (source, text) => {
            // Behind it come a stack and the like.
            if (source === 'stderr' && (this.#lastWords === '' || /error/i.test(text))) {
              this.#lastWords = text.slice(0, LAST_WORDS_MAX)
            }
          },
          spawnFailed: (_code, message) => {
            started()
            this.#ended(new Fault('link', 'not-started', `the process could not be started: ${message}`))
          },
          exited: (exit) => {
            started()
            this.#ended(endOf(exit, this.#fault, this.#lastWords))
          },
        },
        hideFor(this.spec),
      ),
      () => performance.now(),
    )
    this.#child = child
    if (!child.wasStarted) return
    const folder = this.#place.folder(this.spec)
    const begin = { generation: GENERATION, version: CONTROL_VERSION, name: script, config }
    child.send({ type: 'inspect', ...begin, ...(folder !== undefined && { folder }) })
  }

  #hear(message: FromChild): void {
    if (message.generation !== GENERATION) return
    if (message.type === 'ready') {
      this.#settleReady(undefined)
      this.#rest()
    } else if (message.type === 'result') this.#questions.answer(message)
    else if (message.type === 'log') this.#warn(message.level, message.text)
    else if (message.type === 'fault') this.#fault = new Fault(message.kind, message.code, message.message)
  }

  #warn(level: LogLevel, text: string): void {
    if (level !== 'error' && level !== 'warn') return
    this.#warnings++
    if (this.#warnings <= WARNINGS_MAX) this.#place.warn(text)
  }

  /** A child that is about to end closes its channel first, and its end says why. */
  #awaitEnd(): void {
    const fault = new Fault('link', 'process-ended', 'the process that asks the device closed its control channel')
    setTimeout(() => this.#giveUp(fault), UNREACHABLE_MS).unref()
  }

  #rest(): void {
    clearTimeout(this.#idleTimer)
    if (this.#over || this.#asking > 0) return
    this.#idleTimer = setTimeout(() => void this.close(), this.#times.idleMs)
    this.#idleTimer.unref()
  }

  /** It can only be killed. */
  #giveUp(fault: Fault): void {
    this.#end(fault)
    this.#child?.kill()
  }

  #end(fault: Fault): void {
    if (this.#over) return
    this.#over = fault
    clearTimeout(this.#idleTimer)
    this.#settleReady(fault)
    this.#questions.giveUp(fault)
    const { stopMs } = this.#times
    if (!this.#child) return
    this.#child.send({ type: 'stop', generation: GENERATION, graceMs: stopMs })
    this.#child.terminate()
    this.#killTimer = setTimeout(() => this.#child?.kill(), stopMs)
  }

  #ended(fault: Fault): void {
    clearTimeout(this.#killTimer)
    this.#child = undefined
    this.#place.ended(this.#key)
    this.#end(fault)
    this.#settleGone()
  }
}

function unanswered(ms: number): Fault {
  return new Fault('link', 'no-answer', `the process did not answer within ${ms / 1000} s and was ended`)
}

function notReady(ms: number): Fault {
  return new Fault('link', 'not-started', `the process was not ready within ${ms / 1000} s and was ended`)
}

/** Settings that cannot work are told as they are; all else is the process's own misfortune. */
function endOf(exit: ExitFacts, fault: Fault | undefined, lastWords: string): Fault {
  if (fault?.kind === 'config' || exit.code === EXIT_CONFIG) {
    return fault ?? new Fault('config', 'configuration', lastWords || 'the settings cannot work')
  }
  const words = fault?.message ?? (lastWords === '' ? undefined : lastWords)
  return new Fault('link', 'process-ended', `the process that asks the device ${describeExit(exit, words)}`)
}
