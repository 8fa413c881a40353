// Numbers as energy meters and old controllers lay them out -> bytes, big-endian.

/** The highest bit says that the number is negative. */
export function signAndMagnitude(value: number, size: 2 | 4): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(size)
  const half = 2 ** (8 * size - 1)
  const magnitude = Math.min(Math.abs(Math.round(value)), half - 1)
  bytes.writeUIntBE(value < 0 ? half + magnitude : magnitude, 0, size)
  return bytes
}

const EXPONENT_MIN = -9

/** A decimal exponent in the first byte, as many digits as fit behind it; `limit` of the mantissa. */
export function exponentAndMantissa(value: number, limit: number): Buffer<ArrayBuffer> {
  let exponent = EXPONENT_MIN
  while (Math.abs(Math.round(value / 10 ** exponent)) >= limit) exponent++
  const bytes = Buffer.alloc(4)
  bytes.writeInt8(exponent, 0)
  bytes.writeUIntBE(Math.round(value / 10 ** exponent) & 0xffffff, 1, 3)
  return bytes
}

/** Four decimal digits in each register; there is no sign. */
export function tenThousands(value: bigint, registers: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(2 * registers)
  let rest = value < 0n ? -value : value
  for (let index = registers - 1; index >= 0; index--) {
    bytes.writeUInt16BE(Number(rest % 10_000n), 2 * index)
    rest /= 10_000n
  }
  return bytes
}

export function millions(value: bigint): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(8)
  const magnitude = value < 0n ? -value : value
  bytes.writeUInt32BE(Number(BigInt.asUintN(32, magnitude / 1_000_000n)), 0)
  bytes.writeUInt32BE(Number(magnitude % 1_000_000n), 4)
  return bytes
}
