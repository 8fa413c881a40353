// What answers one client of a simulated device: the engine where it reads, the device itself where no engine has a say.

import type { Backend } from '../faults/passage'
import { mbapFrame, transactionOf, unitAndPduOf } from './mbap-frame'
import { ModbusException } from './memory'
import { READ_AREAS } from './read-areas'
import type { Units } from './units'

/** What becomes of function 8, sub-function 0, Return Query Data (Modbus application protocol 1.1b3, 6.8.1). */
export const DIAGNOSTICS = ['echo', 'exception', 'silent'] as const
export type Diagnostics = (typeof DIAGNOSTICS)[number]

/** May change while the device runs. */
export type Habits = { diagnostics: Diagnostics }

export type StationParts = {
  engine: Backend
  units: Units
  habits: Habits
  /**
   * Function 8 exists on serial lines only (6.8); what is sent there to unit 0 is meant for all, and answered by none
   * (serial line 1.02, 2.1).
   */
  isSerial: boolean
}

const DIAGNOSTIC = 8
const ILLEGAL_FUNCTION = 1

export class Station implements Backend {
  readonly #parts: StationParts

  constructor(parts: StationParts) {
    this.#parts = parts
  }

  /** MBAP frames, whatever the client sent. */
  async ask(request: Buffer): Promise<Buffer | undefined> {
    const asked = unitAndPduOf(request)
    const [unit = 0, code = 0] = asked
    if (unit === 0 && this.#parts.isSerial) return undefined
    if (code === DIAGNOSTIC && this.#parts.isSerial) return this.#diagnose(request)
    const area = READ_AREAS[code]
    if (area === undefined || asked.length !== 6) return exceptionTo(request, ILLEGAL_FUNCTION)
    try {
      this.#parts.units.memoryOf(unit).admit(area, asked.readUInt16BE(4))
    } catch (error) {
      if (error instanceof ModbusException) return exceptionTo(request, error.modbusErrorCode)
      throw error
    }
    return await this.#parts.engine.ask(request)
  }

  close(): void {
    this.#parts.engine.close()
  }

  #diagnose(request: Buffer): Buffer | undefined {
    const how = this.#parts.habits.diagnostics
    if (how === 'silent') return undefined
    const returnsQuery = unitAndPduOf(request).length >= 4 && unitAndPduOf(request).readUInt16BE(2) === 0
    return how === 'echo' && returnsQuery ? request : exceptionTo(request, ILLEGAL_FUNCTION)
  }
}

function exceptionTo(request: Buffer, exception: number): Buffer {
  const [unit = 0, code = 0] = unitAndPduOf(request)
  return mbapFrame(transactionOf(request), Buffer.from([unit, code | 0x80, exception]))
}
