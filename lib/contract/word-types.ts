// Types and orders that a tag of a register device (Modbus, MELSEC) may have: what they are called, what room a value takes,
// and which go together. How they are decoded stands in lib/registers.

/** In the order in which the editor offers them; the first is the default. */
export const wordTypes = [
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'bit',
  'uint64',
  'int64',
  'float64',
  'float16',
  'uint8h',
  'uint8l',
  'int8h',
  'int8l',
  'bcd16',
  'bcd32',
  'string',
  'time32',
] as const
export type WordType = (typeof wordTypes)[number]

/** A is the most significant byte (of a string: the first one); '' is the order that the device is known for. */
export const wordOrders = [
  '',
  'AB',
  'BA',
  'ABCD',
  'CDAB',
  'BADC',
  'DCBA',
  'ABCDEFGH',
  'GHEFCDAB',
  'BADCFEHG',
  'HGFEDCBA',
] as const
export type WordOrder = (typeof wordOrders)[number]

export const BITS_OF_A_REGISTER = 16

/** Bits of one element. An 8-bit number has a register of its own: `h` is the high byte of it, `l` the low one. */
const elementBits: Record<WordType, number> = {
  bool: 1,
  bit: 1,
  string: 8,
  uint8h: 16,
  uint8l: 16,
  int8h: 16,
  int8l: 16,
  uint16: 16,
  int16: 16,
  bcd16: 16,
  float16: 16,
  uint32: 32,
  int32: 32,
  bcd32: 32,
  float32: 32,
  time32: 32,
  uint64: 64,
  int64: 64,
  float64: 64,
}

/** `length`: elements of an array, bytes of a string. `bit`: where in the first register a bool or bit is. */
export type WordShape = { readonly type: WordType; readonly length?: number; readonly bit?: number | undefined }

export function isBitType(type: WordType): type is 'bool' | 'bit' {
  return elementBits[type] === 1
}

/** One value, `length` says how long: every other type with a length above 1 is an array. */
export function isArray({ type, length = 1 }: WordShape): boolean {
  return type !== 'string' && length > 1
}

/** Registers from the one that holds the first bit to the one that holds the last. */
export function registersOf({ type, length = 1, bit = 0 }: WordShape): number {
  return Math.ceil((bit + length * elementBits[type]) / BITS_OF_A_REGISTER)
}

/** The longest `length` that so many registers have room for. */
export function lengthWithin(registers: number, { type, bit = 0 }: Omit<WordShape, 'length'>): number {
  return Math.floor((registers * BITS_OF_A_REGISTER - bit) / elementBits[type])
}

const ordersByBytes: Record<2 | 4 | 8, readonly WordOrder[]> = {
  2: ['', 'AB', 'BA'],
  4: ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'],
  8: ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'],
}

/** The orders that make sense for a type: those to choose from. */
export function ordersOf(type: WordType): readonly WordOrder[] {
  const bits = elementBits[type]
  return ordersByBytes[bits === 64 ? 8 : bits === 32 ? 4 : 2]
}

/** What flows from before AB and BA say of a single register: BADC and DCBA swap its bytes. */
export function takesOrder(type: WordType, order: WordOrder): boolean {
  if (ordersOf(type).includes(order)) return true
  return type !== 'string' && elementBits[type] <= BITS_OF_A_REGISTER && ordersByBytes[4].includes(order)
}

/** What scale and offset apply to. */
export function isNumberType(type: WordType): boolean {
  return !isBitType(type) && type !== 'string' && type !== 'time32'
}
