// What a protocol brings to be polled: the layout of its answers, the meaning of its refusals, and its words for both.

import type { Fault } from '../contract/fault'

/** `length` registers, or bits in an area of bits, of one unit of the connection. */
export type ReadRequest<Area extends string = string> = {
  readonly unit: number
  readonly area: Area
  readonly address: number
  readonly length: number
}

/**
 * `data`: registers as Modbus has them, or packed bits, exactly as many as asked for. `exception`: a valid answer that says no.
 * `deviation`: an answer to this request from which no value can be taken; `text` says what is wrong with it and what to do.
 * `silence`: none came in time; `instead` says what came that could not be the answer, if anything did. `withheld`: it was not sent.
 */
export type Answer =
  | { readonly kind: 'data'; readonly view: DataView }
  | { readonly kind: 'exception'; readonly code: number }
  | { readonly kind: 'deviation'; readonly text: string }
  | { readonly kind: 'silence'; readonly instead?: string }
  | { readonly kind: 'withheld'; readonly reason: string }

/** Asks the device; throws a Fault when the connection is lost. */
export type Ask<Area extends string = string> = (request: ReadRequest<Area>) => Promise<Answer>

/**
 * What an exception is about:
 * `address` what was asked for is the reason: other addresses may be read, so a block is worth searching
 * `area` nothing of this area can be read
 * `busy` the same request may succeed a moment later
 * `unit` the unit cannot be reached: its other addresses will fare no better
 * `request` other addresses are not the reason, says the device, and asking later may succeed
 * `settings` nothing can be read before somebody changes the settings
 */
export type Concern = 'address' | 'area' | 'busy' | 'unit' | 'request' | 'settings'

export type Protocol<Area extends string> = {
  /** How far apart two addresses lie for a decoder: 2 bytes of registers, 1 of packed bits. */
  addressStep(area: Area): number
  concernOf(code: number): Concern
  /** What an exception means at this place, and what to look at. */
  describeException(code: number, at: ReadRequest<Area>): string
  /** `unit 7`, before "does not answer". */
  describeUnit(unit: number): string
  /** `64 registers of area holding`. */
  describeAmount(area: Area, length: number): string
  /** `holding 40001 to 40010 (wire 0 to 9)`. */
  describePlace(at: ReadRequest<Area>): string
  /** What is wrong, and what to look at, when so many requests were not answered, and what came instead: kind `link`. */
  noAnswer(requests: number, instead?: string): Fault
}
