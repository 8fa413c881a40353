// The faults that are switched on, each for as often as it is meant to strike.

import {
  type ConnectFault,
  type InjectedFault,
  isConnectFault,
  isReplyFault,
  isRequestFault,
  type ReplyFault,
  type RequestFault,
} from './injected-fault'

export class FaultList {
  private readonly corruptions: readonly string[]
  private faults: { fault: InjectedFault; left: number; chances: number }[] = []

  /** @param corruptions what a reply of this protocol can be corrupted by */
  constructor(corruptions: readonly string[]) {
    this.corruptions = corruptions
  }

  /** Replaces all faults; none = a faultless device. Throws a RangeError for a corruption that does not exist. */
  set(faults: readonly InjectedFault[]): void {
    for (const fault of faults) {
      if (fault.kind === 'corrupt' && !this.corruptions.includes(fault.what)) {
        throw new RangeError(`cannot corrupt "${fault.what}"; there are ${this.corruptions.join(', ')}`)
      }
    }
    this.faults = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY, chances: 0 }))
  }

  get(): InjectedFault[] {
    return this.faults.map(({ fault }) => fault)
  }

  /** The faults that strike this new connection; their count goes down. */
  takeAtConnect(): ConnectFault[] {
    return this.take(isConnectFault)
  }

  /**
   * @param request number of the request on its connection, from 1
   * @param unit that is asked, where the protocol has units
   */
  takeAtRequest(request: number, unit?: number): RequestFault[] {
    return this.take(
      (fault): fault is RequestFault =>
        isRequestFault(fault) &&
        concerns(fault, unit) &&
        (fault.kind !== 'reset-at-request' || fault.request === request),
    )
  }

  takeAtReply(unit?: number): ReplyFault[] {
    return this.take((fault): fault is ReplyFault => isReplyFault(fault) && concerns(fault, unit))
  }

  private take<F extends InjectedFault>(strikes: (fault: InjectedFault) => fault is F): F[] {
    const taken: F[] = []
    for (const entry of this.faults) {
      if (!strikes(entry.fault)) continue
      entry.chances++
      if (entry.chances % (entry.fault.every ?? 1) !== 0) continue
      taken.push(entry.fault)
      entry.left--
    }
    this.faults = this.faults.filter(({ left }) => left > 0)
    return taken
  }
}

function concerns({ unit }: InjectedFault, asked: number | undefined): boolean {
  return unit === undefined || unit === asked
}
