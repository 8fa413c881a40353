// How one PLC is asked and understood: requests -> bytes -> replies, the same from outside for all frames.

import type { FrameName, Plc } from '../series'
import { frame1E } from './frame-1e'
import { frame3E } from './frame-3e'
import type { NextFrame } from './next-frame'
import type { Reply, Request, Route } from './request'

export type Codec = {
  /** A RangeError for what this PLC can never answer. `serial` counts for 4E only. */
  encode(request: Request, serial: number): Buffer
  /**
   * Cuts the next frame off what has come in; every byte is judged as soon as it is there. `asked` is what has been asked
   * and not yet answered: 1E does not say how long a frame is. A datagram must be one frame, without rest.
   */
  nextFrame(incoming: Buffer, asked: Request | undefined): NextFrame
  /**
   * Whether a byte at which no frame begins may be skipped: some devices and gateways send bytes that belong to nothing. `mayBeData`: what
   * comes may be the rest of an earlier answer, and something in it be taken for the one that is waited for.
   */
  isStray(byte: number, mayBeData: boolean): boolean
  /** Which request a frame answers; undefined where frames do not tell (3E, 1E). */
  serialOf(frame: Buffer): number | undefined
  /** What a frame of nextFrame() says, held against everything that was asked. */
  decode(frame: Buffer, asked: Request, serial: number): Reply
}

const codecs: Record<FrameName, (plc: Plc, route: Route, monitoringTimer: number) => Codec> = {
  '1E': frame1E,
  '3E': frame3E,
  '4E': frame3E,
}

/** `monitoringTimer` in units of 250 ms: how long the PLC waits for its own parts before it says that it failed. */
export function codecOf(plc: Plc, route: Route, monitoringTimer: number): Codec {
  // 0 is "wait for ever" ([COM] 5.3): a request that never ends would block the PLC's port
  if (!Number.isInteger(monitoringTimer) || monitoringTimer < 1 || monitoringTimer > 0xffff) {
    throw new RangeError(`a monitoring timer has 1 to 65535 units of 250 ms, not ${monitoringTimer}`)
  }
  return codecs[plc.frame](plc, route, monitoringTimer)
}

const TIMER_UNIT_MS = 250

/** The timer, shortened so that the PLC gives up before we do; else its late answer meets the next request. */
export function timerWithin(monitoringTimer: number, timeoutMs: number): number {
  return Math.max(1, Math.min(monitoringTimer, Math.ceil(timeoutMs / TIMER_UNIT_MS) - 1))
}
