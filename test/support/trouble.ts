// One trouble that can happen to a simulated device, and how it ends.

import type { FaultList } from '../../simulators/faults/fault-list'
import type { SerialPair } from './serial-pair'

/** A simulated device of any protocol. */
export type LaneDevice = {
  /** 0 on a serial line. */
  readonly port: number
  readonly faults: FaultList
  goOffline(): Promise<void>
  comeBack(): Promise<void>
  resetClients(): void
  close(): Promise<void>
}

/** What a trouble may act on: the device, and the serial line to it if there is one. */
export type TroubledLane = { readonly device: LaneDevice; readonly line: SerialPair | undefined }

export type Trouble = {
  title: string
  begin(lane: TroubledLane): void | Promise<void>
  /** Beyond taking the faults away and switching the device on. */
  end?(lane: TroubledLane): void | Promise<void>
}
