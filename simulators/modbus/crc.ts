// The checksum of a Modbus RTU frame (Modbus over serial line 1.02, 6.2.2).

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xa001 : 0)
  return crc
})

/** As on the wire: low byte first. */
export function crcOf(bytes: Buffer): Buffer {
  let crc = 0xffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  return Buffer.from([crc & 0xff, crc >>> 8])
}
