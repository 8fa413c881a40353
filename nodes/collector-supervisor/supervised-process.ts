// One process under supervision: the machine decides, this performs. It feeds the machine with what happens in the world
// (child, watchdog, clock, operator) and carries out its effects.

import type { DurableQueueRef, FromChild, LiveQueueRef } from '../../lib/contract/control'
import { Fault, messageOf } from '../../lib/contract/fault'
import { CONTROL_VERSION } from '../../lib/contract/limits'
import type { ExitFacts } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { Message } from '../../lib/queue/queue'
import { Child, type ChildProgram } from './child'
import { DeviceWatch } from './device-watch'
import { discreetly, hideFor } from './discretion'
import { EdgeWatch } from './edge-watch'
import type { Moment } from './edges'
import type { LogLine } from './face'
import { Inbox, type InboxListener } from './inbox'
import { LogRing } from './log-ring'
import { step } from './machine'
import { type Event, type Machine, newMachine, nextDeadline, type StopCause } from './machine-state'
import { describeMissing } from './missing-file'
import { Observation } from './observation'
import { type Operation, Operations, type Outcome } from './operation'
import { procStat } from './proc-stat'
import { type ProcessSpec, sameProcess } from './process-spec'
import { type Question, Questions } from './questions'
import { rowOf } from './report'
import type { Usage } from './statistics'
import type { Surroundings } from './surroundings'
import { HEARTBEAT_MS } from './watchdog'

const LAST_LINES = 50
/** A child that ends closes its channel a moment earlier. */
const UNREACHABLE_MS = 2_000
const NO_EXIT: ExitFacts = { code: null, signal: null }
/** setTimeout takes no longer time. */
const TIMER_MAX_MS = 2 ** 31 - 1

export class SupervisedProcess {
  readonly inbox = new Inbox()
  readonly #around: Surroundings
  readonly #log = new LogRing()
  readonly #operations = new Operations()
  readonly #questions = new Questions()
  readonly #observation: Observation
  readonly #edges = new EdgeWatch()
  readonly #device = new DeviceWatch()
  #spec: ProcessSpec
  #machine: Machine
  #child: Child | undefined
  /** Of the process that runs, or of the next one: to find it out may need a look at the disk. */
  #program: ChildProgram | undefined
  /** What the child itself said to be wrong, before it ended. */
  #fault: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(spec: ProcessSpec, desired: 'up' | 'down', around: Surroundings) {
    this.#spec = spec
    this.#around = around
    this.#machine = newMachine(desired)
    this.#observation = new Observation(around.now())
  }

  get spec(): ProcessSpec {
    return this.#spec
  }
  get machine(): Machine {
    return this.#machine
  }
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Why its readings do not get into the durable queue; '' when they do. */
  get durableTrouble(): string {
    return this.#observation.report.durableTrouble
  }

  row(): ProcessRow {
    this.#program ??= this.#around.program(this.#spec)
    const { command, args } = this.#program
    return rowOf({
      spec: this.#spec,
      supervisor: this.#around.supervisorName(),
      machine: this.#machine,
      report: this.#observation.report,
      inbox: this.inbox,
      pid: this.pid,
      command: [command, ...args],
      wall: this.#around.wall(),
      now: this.#around.now(),
      wallTime: this.#around.wallClock().getTime(),
    })
  }

  logs(): LogLine[] {
    return this.#log.lines()
  }

  /** Settles when the command is done, has failed, or was superseded by a later one. `cause`: of a stop. */
  operate(wish: Operation['wish'], cause: StopCause = 'operator'): Promise<Outcome> {
    const operation: Operation = { wish, generation: this.#machine.generation }
    if (wish !== 'stop' && this.#spec.problem !== undefined) {
      return Promise.resolve({ success: false, code: 'failed', error: this.#spec.problem })
    }
    if (wish === 'stop') this.feed({ type: 'stop', cause })
    else this.feed(wish === 'start' ? { type: 'start', operator: true } : { type: 'restart' })
    return this.#operations.outcome(operation, this.#machine)
  }

  /** The configuration as it is now; a process that runs with another one is restarted. */
  adopt(spec: ProcessSpec): void {
    const changed = !sameProcess(spec, this.#spec)
    this.#spec = spec
    if (!changed) return
    this.#program = undefined
    if (spec.problem !== undefined) this.feed({ type: 'refused', problem: spec.problem })
    else if (this.#machine.desired === 'up') this.feed({ type: 'renewed' })
    this.#around.changed()
  }

  /** What only a start can change has become another; one that runs is restarted for it. */
  renew(): void {
    this.#program = undefined
    if (this.#machine.desired === 'up') this.feed({ type: 'renewed' })
  }

  /** A message for this reader came out of the live queue. */
  receive(message: Message): void {
    const { good, bad } = this.inbox.tags
    const { badTag } = this.inbox
    const wasSilent = this.inbox.take(message) && this.#observation.reading(this.#around.now())
    const tagsChanged = this.inbox.tags.good !== good || this.inbox.tags.bad !== bad || this.inbox.badTag !== badTag
    if (wasSilent || tagsChanged) this.#changed()
  }

  /**
   * Read cycles in order, from now on, and first those that were kept. What a flow makes of one reading must not cost
   * Node-RED its life, or another reader its readings.
   */
  deliver(listener: InboxListener): void {
    this.inbox.attach((delivery) => {
      try {
        listener(delivery)
      } catch (error) {
        this.#note('error', `a reading could not be passed on: ${messageOf(error)}`)
      }
    })
  }

  /**
   * Asks the running process; rejects with a Fault of kind `link` when there is none or no answer comes in time, and with
   * the reason of the signal.
   */
  ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
    const { generation } = this.#machine
    return this.#questions.ask({
      timeoutMs,
      signal,
      send: (id) =>
        this.#machine.state.status === 'running' && this.#child?.send({ ...question, generation, id }) === true,
      cancel: (id) => void this.#child?.send({ type: 'cancel', generation, id }),
    })
  }

  /** A reader that waits to connect again does so now. */
  retry(): void {
    this.#child?.send({ type: 'retry', generation: this.#machine.generation })
  }

  /** The children learn of a new live queue. */
  liveReplaced(live: LiveQueueRef, reason: string): void {
    this.#note('warn', reason)
    // Behind a wall it can reach no other queue than that of its start.
    if (this.#around.wall() === 'node') this.#child?.send({ type: 'live', generation: this.#machine.generation, live })
    else this.renew()
  }

  /** The children learn of a new durable queue, or that there is none any more. */
  durableReplaced(durable: DurableQueueRef | undefined): void {
    this.#child?.send({ type: 'durable', generation: this.#machine.generation, durable })
  }

  /** To the one that keeps the durable queue: another process cannot get on with the file. */
  distrustDurable(trouble: string): void {
    this.#child?.send({ type: 'distrust', generation: this.#machine.generation, trouble })
  }

  /** To the same: what another process finds wrong with the file; undefined where that one could not tell. */
  queueJudged(damage: string | undefined): void {
    this.#child?.send({ type: 'queue-judged', generation: this.#machine.generation, damage })
  }

  /** Something is lost that its operator should know of; it goes on. */
  notice(text: string): void {
    this.feed({ type: 'noticed', text })
    this.#around.changed()
  }

  /** It does others harm: it is ended, and started again as after any crash. */
  endFor(reason: string): void {
    this.#note('error', reason)
    this.feed({ type: 'misbehaved', reason, how: 'kill', afterwards: 'crashed' })
  }

  measured(usage: Usage): void {
    this.#observation.usage(usage, this.#around.memoryLimitMb())
    this.#around.changed()
  }

  /** Once a second. `blocked`: Node-RED itself was late. */
  watch(blocked: boolean): void {
    const { intervalMs, type } = this.#spec
    const memoryLimitMb = this.#around.memoryLimitMb()
    const waitsForDisk = (): boolean => this.pid !== undefined && procStat(this.pid)?.uninterruptible === true
    const facts = { blocked, intervalMs, mute: type === 'historian', memoryLimitMb, waitsForDisk }
    const { verdict, changed, waitsForDisk: isWaiting } = this.#observation.judge(this.#around.now(), facts)
    if (isWaiting) this.#note('warn', 'no heartbeat: it waits for a disk that does not answer')
    if (verdict) this.feed({ type: 'misbehaved', ...verdict })
    else if (changed) this.#changed()
    this.#device.look(() => {
      this.#note('info', 'there is another device file: it is opened by a new process')
      this.renew()
    })
    const unheardSince = this.#observation.unheardSince(this.inbox.lastCycle)
    if (unheardSince !== undefined) this.#around.distrustLive(unheardSince)
  }

  /** Node-RED itself is about to be gone: the process finishes without it. */
  abandon(): void {
    this.#child?.wake()
  }

  /** Tells the machine what happened, does what it says, and goes on until nothing more is due at this moment. */
  feed(event: Event, exit?: ExitFacts): void {
    const { now, chance, policy } = this.#around
    const before = this.#machine
    const { machine, effects, reason } = step(before, event, now(), chance(), policy())
    this.#machine = machine
    if (machine.state.status !== before.state.status) this.#onTransition(before, reason, exit)
    for (const effect of effects) {
      if (effect.do === 'spawn') this.#spawn()
      else if (effect.do === 'kill') this.#kill()
      else this.#askStop(effect.graceMs)
    }
    // An effect may have led further already.
    this.#operations.update(this.#machine)
    this.#arm()
  }

  #onTransition(before: Machine, reason: string, exit: ExitFacts | undefined): void {
    if (this.#machine.state.status !== 'running') this.#observation.unwatch()
    if (this.#machine.state.status === 'stopped') this.#edges.forget()
    this.#note('info', `${before.state.status} -> ${this.#machine.state.status}: ${reason}`)
    const log = exit === undefined ? [] : this.#log.lines().slice(-LAST_LINES).map(lineText)
    this.#around.transition({ name: this.#spec.name, from: before, to: this.#machine, reason, exit, log })
    this.#around.changed()
  }

  /** What is seen of the process may be another. */
  #changed(): void {
    this.#around.changed()
    const news = this.#edges.see(this.row(), this.#observation.report, this.inbox.badTagName, this.#moment())
    for (const one of news) {
      if (one.edge.kind === 'link' && one.edge.to === 'connected') this.#note('info', one.reason)
      this.#around.edge(one)
    }
  }

  #moment(): Moment {
    return { now: this.#around.now(), wallTime: this.#around.wallClock() }
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const due = nextDeadline(this.#machine)
    if (due === undefined) return
    const wait = Math.min(Math.max(0, due - this.#around.now()), TIMER_MAX_MS)
    this.#timer = setTimeout(() => this.feed({ type: 'tick' }), Math.ceil(wait))
    this.#timer.unref()
  }

  #spawn(): void {
    const { generation } = this.#machine
    const current = (): boolean => this.#machine.generation === generation && this.#machine.state.status === 'starting'
    this.#fault = undefined
    void this.#around.vacated().then(() => {
      this.#around.gate.enter((leave) => {
        if (!current()) return leave()
        const problem = this.#around.obstacle()
        if (problem === undefined) return this.#start(generation, leave)
        leave()
        this.feed({ type: 'refused', problem })
      })
    })
  }

  #start(generation: number, leave: () => void): void {
    const hide = hideFor(this.#spec)
    this.inbox.expect(generation, hide)
    const program = this.#around.program(this.#spec)
    this.#program = program
    this.#device.begin(program.enclosed ? this.#spec.device : undefined)
    const child: Child = new Child(
      program,
      discreetly(
        {
          identified: (pid) => this.#around.started(pid),
          message: (message) => {
            if (message.type === 'ready') leave()
            this.#onMessage(message, generation)
          },
          malformed: () => this.#observation.babble(this.#around.now()),
          flood: (channel) => this.#observation.flood(channel, this.#around.now()),
          unreachable: () => this.#onUnreachable(generation),
          output: (source, text) => this.#log.add(source, text, this.#around.now(), this.#around.wallClock()),
          spawnFailed: (_code, message) => {
            leave()
            this.#child = undefined
            this.feed({ type: 'spawn-failed', message })
          },
          exited: (exit) => {
            leave()
            // Node itself ends when it does not find its script, and says so where nobody looks.
            if (this.#machine.state.status === 'starting') this.#fault ??= describeMissing(program)
            this.#onExited(exit)
          },
        },
        hide,
      ),
      this.#around.now,
    )
    this.#child = child
    if (!child.wasStarted) return
    this.#observation.spawned(this.#around.now(), this.#around.wallClock().getTime())
    const { name, recipient, config } = this.#spec
    const live = this.#around.live()
    const durable = this.#around.durable()
    const version = CONTROL_VERSION
    const heartbeatMs = HEARTBEAT_MS
    const known = this.#around.known()
    const queues = { live, ...(durable && { durable }), ...(known && { known }) }
    const folder = this.#around.folder(this.#spec)
    const files = folder === undefined ? {} : { folder }
    child.send({ type: 'configure', generation, version, name, recipient, ...queues, heartbeatMs, ...files, config })
    this.feed({ type: 'spawned' })
  }

  #askStop(graceMs: number): void {
    // Held back at the gate: there is nothing to stop.
    if (!this.#child) {
      this.feed({ type: 'exited', exit: NO_EXIT, error: undefined })
      return
    }
    this.#child.send({ type: 'stop', generation: this.#machine.generation, graceMs })
    this.#child.terminate()
  }

  #kill(): void {
    if (this.#child) this.#child.kill()
    else this.feed({ type: 'exited', exit: NO_EXIT, error: undefined })
  }

  #onExited(exit: ExitFacts): void {
    this.#child = undefined
    this.#questions.giveUp(new Fault('link', 'failed', 'the process has ended'))
    this.#around.ended()
    this.#around.drainLive()
    this.#observation.ended()
    this.feed({ type: 'exited', exit, error: this.#fault }, exit)
  }

  #onUnreachable(generation: number): void {
    // A child that is about to end closes its channel first: what counts is one that stays.
    if (this.#machine.generation !== generation || this.#machine.state.status === 'stopping') return
    setTimeout(() => {
      if (this.#machine.generation !== generation || !this.#child) return
      const reason = 'closed its control channel'
      this.feed({ type: 'misbehaved', reason, how: 'quick', afterwards: 'crashed' })
    }, UNREACHABLE_MS).unref()
  }

  #onMessage(message: FromChild, generation: number): void {
    const now = this.#around.now()
    if (message.generation !== generation || generation !== this.#machine.generation) {
      this.#observation.babble(now)
      return
    }
    switch (message.type) {
      case 'ready':
        this.#onReady(message.version, now)
        break
      case 'heartbeat':
        this.#observation.heartbeat(message.counters, now)
        this.#changed()
        break
      case 'link':
        if (message.reason !== '') this.#note('info', `link ${message.link}: ${message.reason}`)
        this.#observation.link(message.link, message.reason, message.code)
        this.#changed()
        break
      case 'log':
        this.#note(message.level, message.text)
        break
      case 'fault':
        this.#fault = message.message
        this.#note('error', message.message)
        break
      case 'durable':
        this.#observation.durable(message.trouble)
        if (message.broken) this.#around.distrustDurable(message.trouble)
        this.#around.changed()
        break
      case 'queue':
        if (message.report !== '') this.#note('warn', message.report)
        this.#around.queueChanged(message)
        break
      case 'queue-suspected':
        this.#note('warn', `the queue to the database seems to be damaged: ${message.reason}`)
        this.#around.queueSuspected(message.reason)
        break
      case 'queue-counts':
        this.#around.queueCounted(message.counts)
        break
      case 'refused':
        this.#around.refused(message.causes)
        break
      case 'history-set-aside':
        this.#note('warn', message.text)
        this.#around.historySetAside(message.text)
        break
      case 'result':
        // Answers that nobody asked for are as good as none.
        if (!this.#questions.answer(message)) this.#observation.babble(now)
        break
      default:
        message satisfies never
    }
  }

  #onReady(version: number, now: number): void {
    if (this.#machine.state.status !== 'starting') return
    if (version !== CONTROL_VERSION) {
      const problem = `speaks version ${version} of the control messages, not ${CONTROL_VERSION}`
      this.feed({ type: 'refused', problem })
      return
    }
    this.#observation.ready(now)
    this.#edges.begin(this.#moment(), this.#around.outages(this.#spec.name))
    this.feed({ type: 'ready' })
  }

  #note(source: LogLine['source'], text: string): void {
    this.#log.add(source, text, this.#around.now(), this.#around.wallClock())
  }
}

function lineText({ time, source, text }: LogLine): string {
  return `${time} ${source}: ${text}`
}
