// The processes of one supervisor and the nodes that hold them: taken, handed over by a deploy, let go, ended.

import { type DesiredState, IN_DOUBT } from './desired-state'
import type { Membership, ReaderListener } from './face'
import type { ProcessSpec } from './process-spec'
import { SupervisedProcess } from './supervised-process'
import type { Surroundings } from './surroundings'

/** A released process is kept so long for a re-created node, ms. */
export const HANDOVER_MS = 5_000

/** A reader's place: its process, and the node that holds it. */
export type Member = {
  process: SupervisedProcess
  listener: ReaderListener | undefined
  grace: NodeJS.Timeout | undefined
  /** Set when the process is on its way out; settles when it is gone. */
  retired: Promise<void> | undefined
}

export type MembersParts = {
  desired: DesiredState
  surroundings(spec: ProcessSpec, member: () => Member): Surroundings
  /** What holds for a process that does not say so itself. */
  autoStart(): boolean
  /** The row of this name has come, is another, or has gone. */
  changed(name: string): void
  shuttingDown(): boolean
}

export class Members {
  readonly #parts: MembersParts
  readonly #members = new Map<string, Member>()

  constructor(parts: MembersParts) {
    this.#parts = parts
  }

  /** By the recipient of their messages. */
  get all(): ReadonlyMap<string, Member> {
    return this.#members
  }

  *processes(): Iterable<SupervisedProcess> {
    for (const { process } of this.#members.values()) yield process
  }

  /** Starts the process, or takes over the one that is there. */
  join(spec: ProcessSpec, listener: ReaderListener): Membership {
    const member = this.#memberFor(spec)
    member.listener = listener
    return {
      row: () => member.process.row(),
      deliver: (deliver) => member.process.deliver(deliver),
      release: (removed, received) => this.#release(member, listener, removed, received),
    }
  }

  /** Ends a process and forgets it. */
  retire(member: Member): Promise<void> {
    clearTimeout(member.grace)
    member.retired ??= this.#retire(member)
    return member.retired
  }

  /** Ends all processes; settles when they are gone. */
  async retireAll(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => this.retire(member)))
  }

  #memberFor(spec: ProcessSpec): Member {
    const existing = this.#members.get(spec.recipient)
    if (!existing) return this.#newMember(spec)
    clearTimeout(existing.grace)
    existing.retired = undefined
    const { process } = existing
    const formerName = process.spec.name
    process.adopt(spec)
    // It was on its way out, or is to start by itself from now on.
    if (process.machine.desired === 'down' && this.#isWanted(spec)) startOrRefuse(process)
    else if (isWaiting(process) && this.#isWanted(spec)) startOrRefuse(process)
    if (formerName !== spec.name) {
      this.#parts.changed(formerName)
      this.#parts.changed(spec.name)
    }
    return existing
  }

  #isWanted(spec: ProcessSpec): boolean {
    return this.#startsByItself(spec) && !this.#parts.desired.isStopped(spec.recipient)
  }

  #startsByItself({ autoStart }: ProcessSpec): boolean {
    return autoStart ?? this.#parts.autoStart()
  }

  #newMember(spec: ProcessSpec): Member {
    const wanted = this.#isWanted(spec)
    const process: SupervisedProcess = new SupervisedProcess(
      spec,
      wanted ? 'up' : 'down',
      this.#parts.surroundings(spec, () => member),
    )
    const member: Member = { process, listener: undefined, grace: undefined, retired: undefined }
    this.#members.set(spec.recipient, member)
    if (wanted || spec.problem !== undefined) startOrRefuse(process)
    else if (this.#startsByItself(spec) && this.#parts.desired.isInDoubt(spec.recipient))
      process.feed({ type: 'refused', problem: IN_DOUBT })
    this.#parts.changed(spec.name)
    return member
  }

  async #release(member: Member, listener: ReaderListener, removed: boolean, received: () => boolean): Promise<void> {
    // Somebody else holds it already.
    if (member.listener !== listener) return
    member.listener = undefined
    const landed = member.process.inbox.detach(received)
    // A deploy does not wait for a process to end; Node-RED's own end has to.
    if (this.#parts.shuttingDown()) await this.retire(member)
    else if (removed) void this.retire(member)
    else {
      clearTimeout(member.grace)
      member.grace = setTimeout(() => void this.retire(member), HANDOVER_MS)
    }
    await landed
  }

  async #retire(member: Member): Promise<void> {
    const { process } = member
    member.listener = undefined
    await process.operate('stop', this.#parts.shuttingDown() ? 'shutdown' : 'deploy')
    // A node with the same id may have come back meanwhile and taken it over.
    if (member.retired === undefined || this.#members.get(process.spec.recipient) !== member) return
    this.#members.delete(process.spec.recipient)
    this.#parts.changed(process.spec.name)
  }
}

/** What kept it from running may be mended by now: a deploy tries at once. */
function isWaiting({ machine: { state, desired } }: SupervisedProcess): boolean {
  return desired === 'up' && (state.status === 'crashed' || state.status === 'error')
}

/** A configuration that cannot work is not tried: its problem is shown instead. */
function startOrRefuse(process: SupervisedProcess): void {
  const { problem } = process.spec
  process.feed(problem === undefined ? { type: 'start', operator: false } : { type: 'refused', problem })
}
