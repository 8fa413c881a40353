// Names of types in vendors' lists -> a type of ours, with the byte order where the name tells it. Pure.

import { bitsOf, ordersOf, registersOf, type WordOrder, type WordType, wordTypes } from '../../lib/contract/word-types'

/** `length` of a text in bytes; undefined where the name does not tell it. */
export type NamedType = { type: WordType; order: WordOrder | ''; length: number | undefined }

/**
 * Names as `plain` makes them. IEC 61131-3 (table 10): SINT, INT, DINT and LINT have 8, 16, 32 and 64 bits, USINT to ULINT the same
 * without a sign, REAL and LREAL 32 and 64, BYTE, WORD, DWORD and LWORD are patterns of bits.
 */
const NAMES: readonly (readonly [WordType, string])[] = [
  ['bool', 'bool boolean bit binary coil digital di do 布尔 布尔型 开关量 位'],
  [
    'uint16',
    'uint16 u16 uint unsigned unsigned16 ushort word uint16t int16u unsignedint unsignedint16 unsignedshort 16bituint 16bitunsigned uword 无符号整型 无符号16位 无符号短整型 字',
  ],
  [
    'int16',
    'int16 s16 i16 int short signed signed16 int16t int16s sint16 signedint signedint16 integer 16bitint 16bitsigned 有符号整型 有符号16位 短整型 整型 整数',
  ],
  [
    'uint32',
    'uint32 u32 udint unsigned32 ulong dword uint32t int32u unsignedint32 unsignedlong 32bituint 32bitunsigned udword 无符号32位 无符号长整型 双字',
  ],
  [
    'int32',
    'int32 s32 i32 dint long signed32 int32t int32s sint32 signedint32 signedlong longint 32bitint 32bitsigned 有符号32位 长整型',
  ],
  [
    'float32',
    'float32 float real f32 single ieee754 float32t floatingpoint 32bitfloat ieeefloat 浮点 浮点型 浮点数 单精度 单精度浮点 单精度浮点数',
  ],
  ['uint64', 'uint64 u64 ulint unsigned64 qword lword uint64t int64u unsignedint64 64bituint 64bitunsigned 无符号64位'],
  ['int64', 'int64 s64 i64 lint signed64 int64t int64s sint64 signedint64 64bitint 64bitsigned 有符号64位'],
  ['float64', 'float64 double lreal f64 float64t 64bitfloat 双精度 双精度浮点 双精度浮点数'],
  ['string', 'string str ascii char chars text utf8 visiblestring 字符串 文本'],
]

const TYPE_OF = new Map<string, WordType>([
  ...wordTypes.map((type): [string, WordType] => [type, type]),
  ...NAMES.flatMap(([type, names]) => names.split(' ').map((name): [string, WordType] => [name, type])),
])

/** Types of one register that mean the same kind of number when the list gives them two or four. */
const WIDER: Partial<Record<WordType, Partial<Record<number, WordType>>>> = {
  uint16: { 2: 'uint32', 4: 'uint64' },
  int16: { 2: 'int32', 4: 'int64' },
  float32: { 4: 'float64' },
}
/** Names that tell the number of bits: another count of registers contradicts them. */
const TELLS_BITS = /8|16|32|64/

/**
 * `count`: registers of the value as the list has it, undefined where it does not. Undefined for a name that is not known, or
 * that contradicts the count: nothing is guessed.
 */
export function typeNamed(text: string, count?: number): NamedType | undefined {
  const [, name = '', order] = /^(.*?)[\s_(（[-]*((?:[A-H]{2}){1,4})?[)）\]\s]*$/.exec(text.trim()) ?? []
  const [, word = '', digits] = /^(.*?)[\s(（[]*(\d+)[)）\]]?$/.exec(text.trim()) ?? []
  const named = TYPE_OF.get(plain(text)) ?? TYPE_OF.get(plain(name))
  if (named === undefined) {
    // STRING[20], ASCII(16)
    return TYPE_OF.get(plain(word)) === 'string' ? { type: 'string', order: '', length: Number(digits) } : undefined
  }
  if (named === 'string') return { type: named, order: '', length: count === undefined ? undefined : count * 2 }
  const type = ofCount(named, count, TELLS_BITS.test(text))
  if (type === undefined) return undefined
  const orders = ordersOf(type)
  return { type, order: orders.find((one) => one === order) ?? '', length: undefined }
}

function ofCount(type: WordType, count: number | undefined, tellsBits: boolean): WordType | undefined {
  if (count === undefined || bitsOf(type) === 1 || count === registersOf({ type })) return type
  return tellsBits ? undefined : WIDER[type]?.[count]
}

/** "UINT-16 (ABCD)" -> "uint16abcd". */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\d]/gu, '')
}
