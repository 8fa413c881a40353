// The encodings in which somebody may repeat what he was sent: one table for all tests.

import { deflateSync } from 'node:zlib'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

const utf8 = (text: string): Buffer => Buffer.from(text)
const hexOf = (bytes: Buffer, separator = ''): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(separator)
const wrapped = (text: string): string => text.replace(/.{20}/g, '$&\r\n')

/** How -> the text so. */
// biome-ignore format: a table, one line an encoding
export const ECHOES: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in small letters': (text) => text.toLowerCase(),
  'backwards': (text) => [...text].reverse().join(''),
  'cut behind two thirds': (text) => text.slice(0, Math.ceil((text.length * 2) / 3)),
  'letter by letter': (text) => [...text].join(' '),

  'in base64': (text) => utf8(text).toString('base64'),
  'in base64 without padding': (text) => utf8(text).toString('base64').replace(/=+$/, ''),
  'in base64url': (text) => utf8(text).toString('base64url'),
  'in base64 behind one byte': (text) => utf8(`:${text}`).toString('base64'),
  'in base64 behind two bytes': (text) => utf8(`u:${text}`).toString('base64'),
  'in base64 behind three bytes': (text) => utf8(`eve${text}`).toString('base64'),
  'in base64url behind one byte': (text) => utf8(`?${text}?`).toString('base64url'),
  'in the middle of longer base64': (text) => utf8(`{"headers":["Token ${text}"],"more":"${'x'.repeat(40)}"}`).toString('base64'),
  'in base64 behind other letters': (text) => `abc${utf8(text).toString('base64')}`,
  'in base64 of several lines': (text) => wrapped(utf8(`header ${text}`).toString('base64')),
  'in base64 of base64': (text) => utf8(utf8(text).toString('base64')).toString('base64'),
  'in base64 of hex': (text) => utf8(hexOf(utf8(text))).toString('base64'),
  'in base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'in base32': (text) => base32(utf8(text)),

  'in hex': (text) => hexOf(utf8(text)),
  'in capital hex': (text) => hexOf(utf8(text)).toUpperCase(),
  'in hex with spaces': (text) => hexOf(utf8(text), ' '),
  'in hex with colons': (text) => hexOf(utf8(text), ':').toUpperCase(),
  'in hex behind a digit': (text) => `a${hexOf(utf8(text))}`,
  'in hex of UTF-16': (text) => hexOf(Buffer.from(text, 'utf16le')),
  'in hex with prefixes': (text) => `[0x${hexOf(utf8(text), ', 0x')}]`,
  'as a dump of Node.js': (text) => `<Buffer ${hexOf(utf8(text), ' ')}>`,
  'as a list of bytes': (text) => JSON.stringify(utf8(text)),
  'as numbers': (text) => [...utf8(text)].join(' '),

  'in UTF-16LE seen as bytes': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
  'in UTF-16BE seen as bytes': (text) => Buffer.from(text, 'utf16le').swap16().toString('latin1'),
  'in UTF-8 seen as bytes': (text) => utf8(text).toString('latin1'),

  'in JSON': (text) => JSON.stringify({ said: text }),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify({ said: text })),
  'in escapes of JSON': (text) => unitsOf(text).map((unit) => `\\u${hex4(unit)}`).join(''),
  'in escapes of code points': (text) => [...text].map((char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`).join(''),
  'in escapes of C': (text) => `\\x${hexOf(utf8(text), '\\x')}`,
  'in octal escapes': (text) => [...utf8(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'with backslashes': (text) => text.replace(/[^\p{L}\p{N}]/gu, '\\$&'),
  'in quotes of a shell': (text) => `'${text.replaceAll("'", "'\\''")}'`,
  'in quotes of CSV': (text) => `"${text.replaceAll('"', '""')}"`,

  'in a URL': (text) => encodeURIComponent(text),
  'in a URL, each byte': (text) => `%${hexOf(utf8(text), '%')}`,
  'in a URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': (text) => new URLSearchParams({ said: text }).toString(),
  'in escapes of JavaScript': (text) => unitsOf(text).map((unit) => `%u${hex4(unit)}`).join(''),
  'in quoted-printable': (text) => `=${hexOf(utf8(text), '=').toUpperCase()}`,
  'in quoted-printable of several lines': (text) => `=${hexOf(utf8(text), '=').toUpperCase()}`.replace(/.{30}/g, '$&=\r\n'),

  'in HTML': (text) => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char),
  'in HTML, each character': (text) => [...text].map((char) => `&#${char.codePointAt(0)};`).join(''),
  'in HTML, in hex': (text) => [...text].map((char) => `&#x${(char.codePointAt(0) ?? 0).toString(16)};`).join(''),
  'in HTML in JSON in a URL': (text) => encodeURIComponent(JSON.stringify(text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char))),
}

/** What nobody reads without doing something else than decoding, and what is not looked for. */
export const UNREADABLE: Record<string, (text: string) => string> = {
  compressed: (text) => deflateSync(text).toString('base64'),
}

function unitsOf(text: string): number[] {
  return [...Array(text.length).keys()].map((index) => text.charCodeAt(index))
}

function hex4(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}

/** RFC 4648, 6 */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g) ?? []
  return digits.map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}
