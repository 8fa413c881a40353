// The behaviours of one device as what stands between its clients and its answers.

import { together, type WholeCharacter } from '../../faults/character'
import type { Manners } from '../../faults/manners'
import { type Backend, ConnectionReset } from '../../faults/passage'
import { mbapFrame, transactionOf, unitAndPduOf } from '../mbap-frame'
import { READ_AREAS } from '../read-areas'
import { answerNature } from './answers'
import type { Behaviour } from './behaviour'
import { connectionNature, mannersOf } from './connections'
import { frameNature } from './frames'
import type { Asked, Nature } from './nature'
import { timeNature } from './times'

export type Luck = {
  /** Monotonic clock from the start of the device on, ms. */
  now(): number
  /** From [0, 1). */
  chance(): number
}

/** What makes them up when several are together: each by itself, the first one next to the device. */
export class Natures {
  readonly character: WholeCharacter
  readonly manners: Manners
  readonly #natures: readonly Nature[]
  readonly #luck: Luck

  constructor(behaviours: readonly Behaviour[], luck: Luck) {
    this.#natures = behaviours.map((behaviour) => natureOf(behaviour, luck))
    this.#luck = luck
    this.character = together(this.#natures)
    this.manners = mannersOf(behaviours)
  }

  /** A backend of MBAP frames that answers as these do. */
  before(backend: Backend): Backend {
    return { ask: (request) => this.#ask(backend, request), close: () => backend.close() }
  }

  async #ask(backend: Backend, request: Buffer): Promise<Buffer | undefined> {
    const asked = askedOf(request)
    const nowMs = this.#luck.now()
    for (const nature of this.#natures) {
      const verdict = nature.judge?.(asked, nowMs)
      if (verdict === 'silence') return undefined
      if (verdict === 'reset') throw new ConnectionReset()
      if (verdict) return this.#frame(request, exceptionTo(request, verdict.code), asked)
    }
    const answer = await backend.ask(request)
    return answer && this.#frame(request, unitAndPduOf(answer), asked)
  }

  #frame(request: Buffer, unitAndPdu: Buffer, asked: Asked): Buffer {
    const changed = this.#natures.reduce((answer, nature) => nature.answer?.(answer, asked) ?? answer, unitAndPdu)
    return mbapFrame(transactionOf(request), changed)
  }
}

/** One after the other, as they come to mind: those of frames are next to the client. */
function natureOf(behaviour: Behaviour, { chance }: Luck): Nature {
  switch (behaviour.kind) {
    case 'exception-length-4':
    case 'extra-byte':
    case 'length-6':
    case 'length-too-small':
    case 'length-garbage':
    case 'carriage-return':
    case 'own-transactions':
    case 'transaction-0':
    case 'answers-as-unit':
    case 'bytes-between':
      return frameNature(behaviour, chance)
    case 'wide-addresses':
    case 'never-answers':
    case 'resets-at':
    case 'refuses':
    case 'refuses-for-a-time':
    case 'refuses-at-times':
    case 'registers-max':
    case 'silent-unit':
    case 'busy-at-times':
    case 'unit-lost-at-times':
      return answerNature(behaviour)
    case 'slow':
    case 'uneven':
    case 'late-at-times':
    case 'loses-answers':
    case 'pieces':
    case 'cuts':
    case 'pause':
    case 'duplicates':
    case 'deaf-after-answer':
      return timeNature(behaviour, chance)
    default:
      return connectionNature(behaviour)
  }
}

function askedOf(request: Buffer): Asked {
  const asked = unitAndPduOf(request)
  const area = asked.length === 6 ? READ_AREAS[asked.readUInt8(1)] : undefined
  if (area === undefined) return { unit: asked.readUInt8(0), area, address: 0, count: 0 }
  return { unit: asked.readUInt8(0), area, address: asked.readUInt16BE(2), count: asked.readUInt16BE(4) }
}

function exceptionTo(request: Buffer, code: number): Buffer {
  const asked = unitAndPduOf(request)
  return Buffer.of(asked.readUInt8(0), asked.readUInt8(1) | 0x80, code)
}
