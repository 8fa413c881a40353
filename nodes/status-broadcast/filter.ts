// The `filter` property: which processes a status-broadcast node shows.

import { STATUSES } from '../../lib/contract/lifecycle'
import { PROCESS_TYPES, type ProcessRow } from '../../lib/contract/process-row'

/** What a filter looks at. */
export type Filtered = Pick<ProcessRow, 'name' | 'type' | 'status'>
export type Filter = (process: Filtered) => boolean

const KEYS = ['name', 'type', 'status'] as const
type Key = (typeof KEYS)[number]
const KNOWN: Record<Key, readonly string[] | undefined> = { name: undefined, type: PROCESS_TYPES, status: STATUSES }

/**
 * Terms separated by commas (`,` or `，`); upper and lower case are the same.
 * `press-*` or `name:press-*` is a name, `*` stands for any text; `type:modbus` and `status:error` are a type and a status.
 * Terms of one kind are alternatives, different kinds must all hold:
 * `press-*, oven, status:error, status:crashed` = (press-* or oven) and (error or crashed). Empty = all.
 */
export function parseFilter(input: string): { shows: Filter } | { problem: string } {
  const wanted: Record<Key, string[]> = { name: [], type: [], status: [] }
  for (const term of input.toLowerCase().split(/[,，]/)) {
    const [key, value] = splitTerm(term.trim())
    if (value === '') {
      if (term.trim() !== '') return { problem: `"${term.trim()}" says no ${key}` }
      continue
    }
    const known = KNOWN[key]
    if (known && !known.includes(value)) return { problem: `unknown ${key} "${value}"; there are ${known.join(', ')}` }
    wanted[key].push(value)
  }
  return {
    shows: (process) =>
      KEYS.every((key) => {
        if (wanted[key].length === 0) return true
        const text = process[key].toLowerCase()
        return wanted[key].some((value) => (key === 'name' ? matchesPattern(value, text) : value === text))
      }),
  }
}

/** For the field's check in editor and runtime. */
export function checkFilter(input: string): string | undefined {
  const parsed = parseFilter(input)
  return 'problem' in parsed ? parsed.problem : undefined
}

/** A colon after anything but a key belongs to the name. */
function splitTerm(term: string): [Key, string] {
  const colon = term.indexOf(':')
  const key = KEYS.find((known) => known === term.slice(0, colon).trim())
  return key && colon > 0 ? [key, term.slice(colon + 1).trim()] : ['name', term]
}

/** `*` is any text, also none. Each part is taken where it comes first, so the time stays linear. */
function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', ...parts] = pattern.split('*')
  const tail = parts.pop()
  if (tail === undefined) return text === head
  const end = text.length - tail.length
  if (head.length > end || !text.startsWith(head) || !text.endsWith(tail)) return false
  let at = head.length
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= end
}
