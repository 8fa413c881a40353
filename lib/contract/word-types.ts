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
  'uint48',
  'int48',
  'sm16',
  'sm32',
  't5',
  't6',
  'mod10k32',
  'mod10k48',
  'mod10k64',
  'mod1m64',
  'string',
  'stringh',
  'stringl',
  'time32',
  'time64ms',
  'time2000',
  'bcdtime48',
  'iec64',
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
  'ABCDEF',
  'EFCDAB',
  'BADCFE',
  'FEDCBA',
  'ABCDEFGH',
  'GHEFCDAB',
  'BADCFEHG',
  'HGFEDCBA',
] as const
export type WordOrder = (typeof wordOrders)[number]

export const BITS_OF_A_REGISTER = 16

/**
 * Bits of one element. An 8-bit number has a register of its own: `h` is the high byte of it, `l` the low one; so has each character
 * of stringh and stringl.
 */
const elementBits: Record<WordType, 1 | 8 | 16 | 32 | 48 | 64> = {
  bool: 1,
  bit: 1,
  string: 8,
  stringh: 16,
  stringl: 16,
  uint8h: 16,
  uint8l: 16,
  int8h: 16,
  int8l: 16,
  uint16: 16,
  int16: 16,
  bcd16: 16,
  float16: 16,
  sm16: 16,
  uint32: 32,
  int32: 32,
  bcd32: 32,
  float32: 32,
  sm32: 32,
  t5: 32,
  t6: 32,
  mod10k32: 32,
  time32: 32,
  time2000: 32,
  uint48: 48,
  int48: 48,
  mod10k48: 48,
  bcdtime48: 48,
  uint64: 64,
  int64: 64,
  float64: 64,
  mod10k64: 64,
  mod1m64: 64,
  time64ms: 64,
  iec64: 64,
}

export const textTypes = ['string', 'stringh', 'stringl'] as const
export type TextType = (typeof textTypes)[number]
export const timeTypes = ['time32', 'time64ms', 'time2000', 'bcdtime48', 'iec64'] as const
export type TimeType = (typeof timeTypes)[number]
export type NumberType = Exclude<WordType, 'bool' | 'bit' | TextType | TimeType>

/**
 * `length`: elements of an array, bytes of a string, characters of stringh and stringl. `bit`: where in the first register a bool
 * or bit is.
 */
export type WordShape = { readonly type: WordType; readonly length?: number; readonly bit?: number | undefined }

export function isBitType(type: WordType): type is 'bool' | 'bit' {
  return elementBits[type] === 1
}

export function isTextType(type: WordType): type is TextType {
  return textTypes.some((text) => text === type)
}

export function isTimeType(type: WordType): type is TimeType {
  return timeTypes.some((time) => time === type)
}

/** A text is one value, `length` says how long: every other type with a length above 1 is an array. */
export function isArray({ type, length = 1 }: WordShape): boolean {
  return !isTextType(type) && length > 1
}

/** Of the bytes or registers that hold one element; of an 8-bit number its own. */
export function bitsOf(type: WordType): number {
  return /^u?int8[hl]$/.test(type) ? 8 : elementBits[type]
}

/** Registers from the one that holds the first bit to the one that holds the last. */
export function registersOf({ type, length = 1, bit = 0 }: WordShape): number {
  return Math.ceil((bit + length * elementBits[type]) / BITS_OF_A_REGISTER)
}

/** The longest `length` that this many registers have room for. */
export function lengthWithin(registers: number, { type, bit = 0 }: Omit<WordShape, 'length'>): number {
  return Math.floor((registers * BITS_OF_A_REGISTER - bit) / elementBits[type])
}

const ordersByBits: Record<16 | 32 | 48 | 64, readonly WordOrder[]> = {
  16: ['', 'AB', 'BA'],
  32: ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'],
  48: ['', 'ABCDEF', 'EFCDAB', 'BADCFE', 'FEDCBA'],
  64: ['', 'ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'],
}

/** The orders that make sense for a type: those to choose from. */
export function ordersOf(type: WordType): readonly WordOrder[] {
  const bits = elementBits[type]
  return ordersByBits[bits === 1 || bits === 8 ? 16 : bits]
}

/** What flows from before AB and BA say of a single register: BADC and DCBA swap its bytes. */
export function takesOrder(type: WordType, order: WordOrder): boolean {
  if (ordersOf(type).includes(order)) return true
  return type !== 'string' && elementBits[type] <= BITS_OF_A_REGISTER && ordersByBits[32].includes(order)
}

/** What scale, offset, bounds and a scale factor apply to. */
export function isNumberType(type: WordType): type is NumberType {
  return !isBitType(type) && !isTextType(type) && !isTimeType(type)
}
