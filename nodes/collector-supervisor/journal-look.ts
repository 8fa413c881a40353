// A look at a file of the journal, before the first line is added to it: what is in it, whether it is whole, and how it is mended.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { chmod, copyFile, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { asidePath } from '../../lib/queue/database-file'
import { type Line, readLine } from './journal-line'
import { FILE_MODE } from './private-files'

/** No line is longer, bytes; the last events of an intact file lie within these bytes at its end. */
const TAIL_BYTES = 64 * 1024
/** Read in one turn of the event loop. */
const LINES_A_TURN = 500

/**
 * `damaged`: lines that cannot be read. `last`: the last whole line; undefined where that is damaged. `tornAt`: from that byte on stands the beginning of a line, which a kill or a power cut has
 * left. `changedAt`: ms since the epoch; undefined where there is no file.
 */
export type Look = {
  bytes: number
  events: number
  damaged: number
  tornAt: number | undefined
  last: Line | undefined
  changedAt: number | undefined
}

const NOTHING: Look = { bytes: 0, events: 0, damaged: 0, tornAt: undefined, last: undefined, changedAt: undefined }

/** `see` gets every line that can be read, in their order. A file that cannot be opened is as good as none: writing will tell. */
export async function lookAt(path: string, see: (line: Line) => void): Promise<Look> {
  const content = await contentOf(path)
  if (!content) return NOTHING
  const { mtimeMs } = await stat(path)
  const wholeBytes = content.lastIndexOf('\n') + 1
  const look = { ...NOTHING, bytes: content.length, changedAt: mtimeMs }
  const take = (text: string): void => {
    const line = readLine(text)
    if (line.kind === 'damaged') {
      look.damaged += 1
      look.last = undefined
      return
    }
    if (line.kind === 'event') look.events += 1
    look.last = line
    see(line)
  }
  for await (const text of linesOf(content.toString('utf8', 0, wholeBytes))) take(text)
  const rest = content.toString('utf8', wholeBytes)
  if (rest !== '' && isCut(rest)) look.tornAt = wholeBytes
  else if (rest !== '') take(rest)
  return look
}

/** The highest number of an event in the file; 0 where there is none. Blocks, for the start of Node-RED. */
export function highestSeq(path: string): number {
  return seqsIn(textAtOnce(path, Infinity).text).highest
}

/** The same, of a file whose end is intact; undefined where it is not, or has no event. Quicker. */
export function lastSeq(path: string): number | undefined {
  const { text, isWhole } = textAtOnce(path, TAIL_BYTES)
  const begin = isWhole ? 0 : text.indexOf('\n')
  const { highest, isDamaged } = seqsIn(text.slice(begin))
  return isDamaged || highest === 0 ? undefined : highest
}

/**
 * A file with lines that cannot be read is copied, and goes on without them. Returns where the copy is. Throws what the file system
 * says.
 */
export async function mend(path: string, now: Date): Promise<string> {
  const kept = asidePath(path, now)
  await copyFile(path, kept)
  await chmod(kept, FILE_MODE)
  const intact: string[] = []
  for await (const text of linesOf(await readFile(path, 'utf8')))
    if (readLine(text).kind !== 'damaged') intact.push(text)
  const draft = `${path}.new`
  await writeFile(draft, intact.map((text) => `\n${text}\n`).join(''), { mode: FILE_MODE })
  await rename(draft, path)
  return kept
}

/** What stands behind the last whole line is no loss of an event that had been written, and told once. */
export async function cutOff(path: string, { tornAt }: Look): Promise<void> {
  if (tornAt !== undefined) await truncate(path, tornAt)
}

/** Empty for a file that is not there or cannot be read. */
export async function textOf(path: string): Promise<string> {
  return (await contentOf(path))?.toString('utf8') ?? ''
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch {
    return undefined
  }
}

async function* linesOf(text: string): AsyncGenerator<string> {
  let count = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    if (end > start) yield text.slice(start, end)
    start = end + 1
    count += 1
    if (count % LINES_A_TURN === 0) await turn()
  }
}

/** Whether what has no line break behind it is the beginning of a line. JSON as it is written has no control characters. */
function isCut(rest: string): boolean {
  return /^\{\P{Cc}*$/u.test(rest) && rest.length <= TAIL_BYTES && readLine(rest).kind === 'damaged'
}

function seqsIn(text: string): { highest: number; isDamaged: boolean } {
  const end = text.lastIndexOf('\n') + 1
  const rest = text.slice(end)
  const texts = text.slice(0, end).split('\n')
  if (!isCut(rest)) texts.push(rest)
  const lines = texts.filter((one) => one !== '').map(readLine)
  const highest = lines.reduce((max, line) => (line.kind === 'event' ? Math.max(max, line.event.seq) : max), 0)
  return { highest, isDamaged: lines.some(({ kind }) => kind === 'damaged') }
}

/** The last bytes of a file, at most `maxBytes`; empty where there is none. */
function textAtOnce(path: string, maxBytes: number): { text: string; isWhole: boolean } {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const bytes = Buffer.alloc(Math.min(size, maxBytes))
      const read = readSync(file, bytes, 0, bytes.length, size - bytes.length)
      return { text: bytes.toString('utf8', 0, read), isWhole: bytes.length === size }
    } finally {
      closeSync(file)
    }
  } catch {
    return { text: '', isWhole: true }
  }
}
