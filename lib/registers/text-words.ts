// Texts and times.

import type { ScalarDecoder } from './decoder'
import type { Layout } from './word-layout'
import type { NumberDecoder } from './words'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** So many bytes, two in a register, up to the first NUL; blanks at the end, which devices fill up with, are left out. */
export function textDecoder(length: number, { bytesSwapped }: Layout): ScalarDecoder {
  return (view, at) => {
    const bytes = new Uint8Array(length)
    let end = 0
    for (; end < length; end++) {
      const byte = view.getUint8(at + (bytesSwapped ? end ^ 1 : end))
      if (byte === 0) break
      bytes[end] = byte
    }
    return decodeText(bytes.subarray(0, end)).replace(/ +$/, '')
  }
}

/** Latin-1 has a character for every byte, so there is always a text. */
function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return String.fromCharCode(...bytes)
  }
}

/** Unsigned seconds since 1970, which last until 2106, as ISO 8601 in UTC. */
export function timeDecoder(seconds: NumberDecoder): ScalarDecoder {
  return (view, at) => new Date(seconds(view, at) * 1000).toISOString()
}
