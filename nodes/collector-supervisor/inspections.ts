// All inspections of this Node-RED: few at a time, one for each person who asks, the same as long as the settings are the same.

import { isDeepStrictEqual } from 'node:util'
import { Fault } from '../../lib/contract/fault'
import {
  INSPECTION_TIMES,
  type InspectionPlace,
  InspectionProcess,
  type InspectionSpec,
  type InspectionTimes,
} from './inspection-process'

export const INSPECTIONS_MAX = 4

export class Inspections {
  readonly #times: InspectionTimes
  /** By client. */
  readonly #current = new Map<string, InspectionProcess>()
  /** Until they are gone. */
  readonly #leaving = new Set<InspectionProcess>()
  #lastKey = 0

  constructor(times = INSPECTION_TIMES) {
    this.#times = times
  }

  /** The client's one, made new when it had none with these settings. Throws a Fault when too many are busy. */
  open(client: string, spec: InspectionSpec, place: InspectionPlace): InspectionProcess {
    const current = this.#current.get(client)
    if (current && !current.over && current.place === place && isDeepStrictEqual(current.spec, spec)) return current
    if (current) void this.#dismiss(client, current)
    if (this.#current.size >= INSPECTIONS_MAX) this.#makeRoom()
    // A device may have room for one connection only, and so has a small gateway for processes.
    const after = Promise.all([...this.#leaving].map(({ gone }) => gone))
    this.#lastKey++
    const fresh = new InspectionProcess(spec, place, `inspection ${this.#lastKey}`, after, this.#times)
    this.#current.set(client, fresh)
    void fresh.gone.then(() => {
      if (this.#current.get(client) === fresh) this.#current.delete(client)
    })
    return fresh
  }

  /** Settles when those of this client are gone. */
  async close(client: string): Promise<void> {
    const current = this.#current.get(client)
    if (current) await this.#dismiss(client, current)
  }

  /** Settles when those of this supervisor are gone. */
  async closeAll(place: InspectionPlace): Promise<void> {
    for (const [client, one] of this.#current) if (one.place === place) void this.#dismiss(client, one)
    await Promise.all([...this.#leaving].filter((one) => one.place === place).map(({ gone }) => gone))
  }

  killNow(): void {
    for (const one of [...this.#current.values(), ...this.#leaving]) one.killNow()
  }

  #dismiss(client: string, one: InspectionProcess): Promise<void> {
    this.#current.delete(client)
    this.#leaving.add(one)
    void one.gone.then(() => this.#leaving.delete(one))
    return one.close()
  }

  /** Whoever was first and does not wait for anything gives his place up. */
  #makeRoom(): void {
    const idle = [...this.#current].find(([, { busy }]) => !busy)
    if (!idle) {
      throw new Fault(
        'device',
        'busy',
        `${INSPECTIONS_MAX} devices are being asked at the moment: try again in a while`,
      )
    }
    void this.#dismiss(...idle)
  }
}
