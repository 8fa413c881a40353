// What answers one client of a port.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Backend, ConnectionReset } from '../faults/passage'
import { answer1E, late1E, refuse1EAsText, refuseSubheader, timer1E } from './a-frame'
import { NoAnswer } from './no-answer'
import type { Plc } from './plc'
import { answerQna, errorReply, lateQna, refuseAsText, timerQna } from './qna-frame'
import { isRandomRead, type RandomManners } from './random-manners'
import { frameOf, isAnswerable, type PortSettings } from './requests'
import type { Frame, Misfits } from './series'

export type StationSettings = PortSettings & { misfits: Misfits; random?: RandomManners }

const TIMER_UNIT_MS = 250

export class Station implements Backend {
  readonly #plc: Plc
  readonly #settings: StationSettings
  readonly #gone = new AbortController()
  #isMute = false

  constructor(plc: Plc, settings: StationSettings) {
    this.#plc = plc
    this.#settings = settings
  }

  async ask(request: Buffer): Promise<Buffer | undefined> {
    try {
      return await this.#answer(request)
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer)) throw thrown
      if (thrown.how === 'reset') throw new ConnectionReset()
      return undefined
    }
  }

  close(): void {
    this.#gone.abort()
  }

  async #answer(request: Buffer): Promise<Buffer | undefined> {
    const { encoding, misfits } = this.#settings
    const frame = frameOf(request, this.#settings)
    if (frame === undefined || frame === 'misfit') return misfits === 'silent' ? undefined : this.#refuse(request)
    if (!isAnswerable(request, frame, encoding)) return undefined
    const { random } = this.#settings
    const odd = isRandomRead(request, this.#settings) ? random : undefined
    this.#isMute ||= odd === 'mute'
    if (this.#isMute || typeof odd === 'string') return undefined
    if (odd && frame !== '1E') return errorReply(request, frame, encoding, odd.endCode)
    const isInTime = await this.#process(request, frame)
    if (frame === '1E') return isInTime ? answer1E(this.#plc, request, encoding) : late1E(request, encoding)
    return isInTime ? answerQna(this.#plc, request, frame, encoding) : lateQna(request, frame, encoding)
  }

  /** Ends when the PLC has done what was asked, or when the monitoring timer of the request has run out; 0 is for ever. */
  async #process(request: Buffer, frame: Frame): Promise<boolean> {
    const { processingMs } = this.#plc
    if (processingMs === 0) return true
    const limitMs = this.#timerMs(request, frame) || Number.POSITIVE_INFINITY
    await sleep(Math.min(processingMs, limitMs), undefined, { signal: this.#gone.signal })
    return processingMs <= limitMs
  }

  #timerMs(request: Buffer, frame: Frame): number {
    const { encoding } = this.#settings
    try {
      return TIMER_UNIT_MS * (frame === '1E' ? timer1E(request, encoding) : timerQna(request, frame, encoding))
    } catch {
      return 0
    }
  }

  #refuse(request: Buffer): Buffer {
    const { encoding, frames } = this.#settings
    if (encoding === 'binary') return refuseSubheader(request)
    return frames.includes('3E') ? refuseAsText() : refuse1EAsText()
  }
}
