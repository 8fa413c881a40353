// What the poller asks, as requests to a PLC, and what comes back, as answers to the poller. A plan of questions holds for one
// tag list; without random reads if the PLC does not know them.

import { Plan } from '../../lib/polling/plan'
import type { Answer, Protocol, ReadRequest } from '../../lib/polling/protocol'
import { type Area, blockLimits, RANDOM, requestFor } from './areas'
import { concernOf } from './end-codes'
import { type MelsecConfig, plcOf } from './fields'
import type { Request } from './frames/request'
import { itemsOf } from './items'
import type { Answer as PlcAnswer } from './link/connection'
import { codeOf, melsecProtocol } from './protocol'
import { chooseRandom, inSlots, randomRequest, type Slot } from './random'
import type { Plc } from './series'

export class Questions {
  readonly plan: Plan<Area>
  readonly protocol: Protocol<Area>
  readonly #plc: Plc
  readonly #slots: readonly Slot[]
  readonly #random: boolean
  #knowsNoRandom = false

  /** `random`: points may be picked at random where that spares requests. */
  constructor(config: MelsecConfig, { random }: { random: boolean }) {
    this.#plc = plcOf(config)
    this.#random = random
    const { items, slots } = chooseRandom(itemsOf(config), this.#plc, random)
    this.#slots = slots
    this.plan = new Plan(items, blockLimits(this.#plc))
    this.protocol = melsecProtocol(this.#plc, slots)
  }

  /** The PLC does not know the command that was chosen to spare requests. */
  get knowsNoRandom(): boolean {
    return this.#knowsNoRandom
  }

  requestFor(block: ReadRequest<Area>): Request {
    return block.area === RANDOM ? randomRequest(this.#slotsOf(block)) : requestFor(this.#plc, block)
  }

  answerTo(block: ReadRequest<Area>, answer: PlcAnswer): Answer {
    switch (answer.kind) {
      case 'registers':
        return {
          kind: 'data',
          view: block.area === RANDOM ? inSlots(answer.registers, this.#slotsOf(block)) : answer.registers,
        }
      case 'bits':
        return { kind: 'data', view: answer.bits }
      case 'refused':
        this.#knowsNoRandom ||= this.#random && block.area === RANDOM && concernOf(answer, this.#plc.frame) === 'config'
        return { kind: 'exception', code: codeOf(answer) }
      case 'silence':
        return answer
      case 'echo':
      case 'cpu-type':
        throw new TypeError(`${answer.kind} is no answer to a read request`)
    }
  }

  #slotsOf({ address, length }: ReadRequest<Area>): readonly Slot[] {
    return this.#slots.slice(address, address + length)
  }
}
