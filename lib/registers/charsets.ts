// Bytes of a text -> text, by the character set that the user named, or by what is beyond doubt.

import { Fault } from '../contract/fault'
import type { Charset } from '../contract/reader-fields'
import { Unreadable } from './decoder'

type BytesDecoder = (bytes: Uint8Array) => string | Unreadable

const titles: Record<Exclude<Charset, ''>, string> = {
  'utf-8': 'UTF-8',
  latin1: 'Latin-1',
  gbk: 'GBK',
  shift_jis: 'Shift-JIS',
}

const BLANK = 0x20
const FILL = 0xff
const DELETE = 0x7f
/** Line ends and tabs are part of texts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

/** Bytes up to the first NUL; what devices fill up with at the end is cut off. */
export function charsetDecoder(charset: Charset): BytesDecoder {
  const decode = charset === '' ? guessed : charset === 'latin1' ? latin1 : strict(charset)
  return (bytes) => {
    const end = endOfText(bytes)
    if (end === 0) return isBlank(bytes) ? '' : NO_TEXT
    const text = decode(bytes.subarray(0, end))
    if (text instanceof Unreadable) return text
    const [control] = CONTROLS.exec(text) ?? []
    return control === undefined ? text : withControl(control)
  }
}

const NO_TEXT = new Unreadable('the device holds no text here: 0xFF or control characters only')

function withControl(control: string): Unreadable {
  const hex = control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
  return new Unreadable(
    `the device holds a control character (0x${hex}) within a text here; are type, order and charset right?`,
  )
}

/** Blanks, 0xFF and control characters at the end are fill. */
function endOfText(bytes: Uint8Array): number {
  let end = bytes.length
  for (; end > 0; end--) {
    const byte = bytes[end - 1] ?? 0
    if (byte > BLANK && byte !== FILL && byte !== DELETE) break
  }
  return end
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === BLANK)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function guessed(bytes: Uint8Array): string | Unreadable {
  try {
    return utf8.decode(bytes)
  } catch {
    return isDoubtful(bytes) ? DOUBTFUL : latin1(bytes)
  }
}

const DOUBTFUL = new Unreadable(
  'the device holds a text here that is no UTF-8 and may be of several character sets: choose its charset (gbk, shift_jis, latin1)',
)

/**
 * Latin-1 has a character for every byte, but control characters from 0x80 to 0x9F. Where all bytes above come in pairs that are frequent
 * Chinese characters (GB 2312, level 1: 0xB0A1 to 0xD7FE), it may as well be Chinese.
 */
function isDoubtful(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte >= 0x80 && byte <= 0x9f)) return true
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    const trail = bytes[++at] ?? 0
    if (lead < 0xb0 || lead > 0xd7 || trail < 0xa1 || trail > 0xfe) return false
  }
  return true
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function strict(charset: Exclude<Charset, '' | 'latin1'>): BytesDecoder {
  const decoder = charset === 'utf-8' ? utf8 : decoderOf(charset)
  const wrong = new Unreadable(`the device holds a text here that is no ${titles[charset]}: choose another charset`)
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch {
      return wrong
    }
  }
}

/** Also that of GB 18030, of which GBK is a part. */
function decoderOf(charset: 'gbk' | 'shift_jis'): TextDecoder {
  try {
    return new TextDecoder(charset === 'gbk' ? 'gb18030' : charset, { fatal: true })
  } catch {
    throw new Fault('config', 'charset-unknown', `this Node.js knows no ${titles[charset]}: use one with full ICU data`)
  }
}
