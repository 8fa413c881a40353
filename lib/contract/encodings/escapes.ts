// Encodings that escape single characters, and leave others between them as they are.

import { APART, type Decoder, Draft } from './reading'

/** RFC 3986, 2.1, and the `%u005a` of ECMA-262, B.2.1.1. */
const percent = escapes(/%(?:u([\da-f]{4})|([\da-f]{2}))/gi, ([, unit, byte]) => ofHex(unit ?? byte))
/** A space in application/x-www-form-urlencoded (URL standard, 5.1). */
export const plus = escapes(/\+/g, () => ' ')
/** JSON, programming languages, shells. */
const backslash = escapes(
  /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|x\{?([\da-fA-F]{2})\}?|([0-7]{1,3})|(.))/gs,
  ([, braced, unit, long, byte, octal, char]) => {
    if (octal !== undefined) return ofNumber(Number.parseInt(octal, 8))
    if (char !== undefined) return CONTROLS[char] ?? char
    return ofHex(braced ?? unit ?? long ?? byte)
  },
)
/** Quotes within quotes, of shells, SQL and CSV. */
const quotes = escapes(/'\\''|''|""/g, ([pair]) => pair.charAt(0))
/** HTML standard, 13.5. */
const entities = escapes(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi, ([all, hex, decimal, name]) => {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all
  return hex === undefined ? ofNumber(Number(decimal)) : ofHex(hex)
})
/** RFC 2045, 6.7; a line that is broken goes on behind the break. */
const quotedPrintable = escapes(/=(?:([\da-f]{2})|\s+)/gi, ([, byte]) => (byte === undefined ? '' : ofHex(byte)))
/** Before the digits of each byte. */
const prefixes = escapes(/0x(?=[\da-f])/gi, () => '')

/** Without `plus`, which matters only where there are spaces. */
export const ESCAPES = [percent, backslash, quotes, entities, quotedPrintable, prefixes]

const CONTROLS: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', '\n': '' }

/** Those of ASCII. */
// biome-ignore format: a table
const ENTITIES: Record<string, string> = {
  tab: '\t', newline: '\n', nbsp: ' ', excl: '!', quot: '"', num: '#', dollar: '$', percnt: '%', amp: '&', apos: "'", lpar: '(', rpar: ')',
  ast: '*', plus: '+', comma: ',', period: '.', sol: '/', colon: ':', semi: ';', lt: '<', equals: '=', gt: '>', quest: '?', commat: '@',
  lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', hat: '^', lowbar: '_', grave: '`', lcub: '{', lbrace: '{', verbar: '|',
  vert: '|', rcub: '}', rbrace: '}', tilde: '~',
}

/** Characters stand in the text as they are, and others escaped between them. */
function escapes(pattern: RegExp, decode: (match: RegExpExecArray) => string): Decoder {
  return (reading) => {
    const draft = new Draft(reading)
    let last = 0
    for (const match of reading.chars.matchAll(pattern)) {
      draft.copy(last, match.index)
      last = match.index + match[0].length
      draft.add(decode(match), match.index, last)
    }
    if (last === 0) return undefined
    draft.copy(last, reading.chars.length)
    return draft.reading()
  }
}

function ofHex(digits = ''): string {
  return ofNumber(Number.parseInt(digits, 16))
}

export function ofNumber(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : APART
}
