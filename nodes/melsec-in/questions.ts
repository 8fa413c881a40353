// What the poller asks, as requests to a PLC, and what comes back, as answers to the poller. A plan of questions holds for one
// tag list, with random reads or without.

import { Plan } from '../../lib/polling/plan'
import type { Answer, Protocol, ReadRequest } from '../../lib/polling/protocol'
import { type Area, blockLimits, RANDOM, requestFor } from './areas'
import { type MelsecConfig, plcOf } from './fields'
import type { Request } from './frames/request'
import { itemsOf } from './items'
import type { Answer as PlcAnswer } from './link/connection'
import { codeOf, describePlace, melsecProtocol } from './protocol'
import { chooseRandom, inSlots, randomRequest, type Slot, type Trial, trialsOf } from './random'
import type { Plc } from './series'

export class Questions {
  readonly plan: Plan<Area>
  readonly protocol: Protocol<Area>
  readonly #plc: Plc
  readonly #slots: readonly Slot[]
  readonly #random: boolean

  /** `random`: points are picked at random where that spares requests, and where there is no other way. */
  constructor(config: MelsecConfig, { random }: { random: boolean }) {
    this.#plc = plcOf(config)
    this.#random = random
    const { items, slots } = chooseRandom(itemsOf(config), this.#plc, random)
    this.#slots = slots
    this.plan = new Plan(items, blockLimits(this.#plc))
    this.protocol = melsecProtocol(this.#plc, slots, config)
  }

  /** undefined for what has no other way than at random while that is not to be used. */
  requestFor(block: ReadRequest<Area>): Request | undefined {
    if (block.area !== RANDOM) return requestFor(this.#plc, block)
    return this.#random ? randomRequest(this.#slotsOf(block)) : undefined
  }

  /** To what cannot be asked for. */
  refusalOf(block: ReadRequest<Area>, isForEver: boolean): Answer {
    const why = isForEver ? 'which this PLC does not know: copy it to a D in the program' : 'which is being tried out'
    return { kind: 'deviation', text: `${this.#whereIs(block)} can be read at random only (command 0403), ${why}` }
  }

  /** How to find out whether the PLC knows random reads; none where nothing is chosen to be read so, or where no batch could prove it. */
  trials(): Trial[] {
    return this.#random ? trialsOf(this.#slots, this.plan.blocks(), this.#plc) : []
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
        return { kind: 'exception', code: codeOf(answer) }
      case 'deviation':
        return { kind: 'deviation', text: `${this.#whereIs(block)}: ${answer.text}` }
      case 'silence':
      case 'withheld':
        return answer
      case 'echo':
      case 'cpu-type':
        throw new TypeError(`${answer.kind} is no answer to a read request`)
    }
  }

  #whereIs(block: ReadRequest<Area>): string {
    return describePlace(this.#plc, this.#slots, block)
  }

  #slotsOf({ address, length }: ReadRequest<Area>): readonly Slot[] {
    return this.#slots.slice(address, address + length)
  }
}
