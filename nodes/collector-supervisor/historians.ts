// A supervisor's historian processes: as many as its settings want, as they want them.

import { Fault } from '../../lib/contract/fault'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { SupervisorSettings } from './fields'
import { historianSpecs } from './historian-spec'
import type { Member } from './members'
import type { ProcessSpec } from './process-spec'
import type { SupervisedProcess } from './supervised-process'

/** What is needed of the supervisor. */
export type HistorianHost = {
  readonly id: string
  readonly members: ReadonlyMap<string, Member>
  add(spec: ProcessSpec, listener: { row(): void }): object
  retire(member: Member): Promise<void>
}

export class Historians {
  readonly #host: HistorianHost
  readonly #folder: string

  constructor(host: HistorianHost, folder: string) {
    this.#host = host
    this.#folder = folder
  }

  rows(): ProcessRow[] {
    return this.#members().map(({ process }) => process.row())
  }

  /** The first that runs. */
  get running(): SupervisedProcess | undefined {
    return this.#members().find(({ process }) => process.machine.state.status === 'running')?.process
  }

  /** The first worker: it keeps the queue to the database. */
  get first(): Member | undefined {
    return this.#members().find(({ process }) => isFirst(process.spec))
  }

  /** What the database refused is asked about anew: somebody has mended something. */
  retry(): void {
    for (const { process } of this.#members()) process.retry()
  }

  /** `changed`: the row of one is another. */
  adopt({ config, secrets, name }: SupervisorSettings, changed: () => void): void {
    const { id } = this.#host
    const specs = historianSpecs(config, secrets, this.#folder, { id, name })
    for (const member of this.#members()) {
      const isWanted = specs.some(({ recipient }) => recipient === member.process.spec.recipient)
      if (!isWanted) void this.#host.retire(member)
    }
    for (const spec of specs) {
      const added = this.#host.add(spec, { row: changed })
      // Another supervisor has the same name; its id nobody else has.
      if (added instanceof Fault) this.#host.add({ ...spec, name: `${spec.name} (${id})` }, { row: changed })
    }
  }

  #members(): Member[] {
    return [...this.#host.members.values()].filter(
      ({ process, retired }) => process.spec.type === 'historian' && !retired,
    )
  }
}

export function isFirst({ type, recipient }: ProcessSpec): boolean {
  return type === 'historian' && recipient.endsWith(':1')
}
