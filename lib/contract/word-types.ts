// Names of the types and word orders that a tag of a register device (Modbus, MELSEC) may have. How they are decoded
// stands in lib/registers.

/** Registers (16-bit words) that a value of the type takes; 0 = it is a bit of its own. */
export const wordTypeRegisters = { bool: 0, int16: 1, uint16: 1, int32: 2, uint32: 2, float32: 2 } as const
export type WordType = keyof typeof wordTypeRegisters
export const wordTypes = [
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
] as const satisfies readonly WordType[]

/** A is the most significant byte; '' is big-endian (ABCD). */
export const wordOrders = ['', 'ABCD', 'CDAB', 'BADC', 'DCBA'] as const
export type WordOrder = (typeof wordOrders)[number]
