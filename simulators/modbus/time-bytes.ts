// Dates and times of a calendar -> bytes, big-endian, in UTC.

/** YYMM DDhh mmss, two decimal digits in a byte. */
export function bcdTime(date: Date): Buffer<ArrayBuffer> {
  const [, digits = ''] = /^\d\d(.{17})/.exec(date.toISOString()) ?? []
  return Buffer.from(digits.replace(/\D/g, ''), 'hex')
}

/** IEC 60870-5-4 in four registers, Monday = 1. */
export function iecTime(date: Date): Buffer<ArrayBuffer> {
  const weekday = date.getUTCDay() || 7
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16BE(date.getUTCFullYear() % 100, 0)
  bytes.writeUInt16BE(((date.getUTCMonth() + 1) << 8) | (weekday << 5) | date.getUTCDate(), 2)
  bytes.writeUInt16BE((date.getUTCHours() << 8) | date.getUTCMinutes(), 4)
  bytes.writeUInt16BE(date.getUTCSeconds() * 1000 + date.getUTCMilliseconds(), 6)
  return bytes
}
