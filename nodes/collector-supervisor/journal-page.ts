// Questions to the journal: some events, newest first, a page at a time. Pure.

import { setImmediate as turn } from 'node:timers/promises'
import type { EventKind, ProcessEvent } from '../../lib/contract/process-event'
import { readLine } from './journal-line'

/** Events that can be read again. */
export const JOURNAL_MAX = 10_000
/** Read in one turn of the event loop. */
const EVENTS_A_TURN = 500

export type JournalQuery = {
  /** undefined = of all. */
  name: string | undefined
  kind: EventKind | undefined
  /** ms since the epoch; undefined = from the beginning. */
  from: number | undefined
  /** Only events with a smaller number; undefined = from the newest on. */
  before: number | undefined
  limit: number
}

/** Newest first. `next` is the `before` of the page that follows, null where there is none. */
export type JournalPage = { events: ProcessEvent[]; next: number | null }

/** Of several journals as of one. */
export function mergePages(pages: readonly JournalPage[], limit: number): JournalPage {
  const { events: all } = pageWith(
    pages.flatMap(({ events }) => events),
    false,
  )
  return pageWith(all.slice(0, limit), all.length > limit || pages.some(({ next }) => next !== null))
}

/** `waiting`: newest first, not yet in a file. `texts` of the files, the newer one first. `onDamage`: a line cannot be read. */
export async function pageOf(
  { waiting, texts, onDamage }: { waiting: readonly ProcessEvent[]; texts: readonly string[]; onDamage(): void },
  query: JournalQuery,
): Promise<JournalPage> {
  const found: ProcessEvent[] = []
  const seen = new Set<number>()
  for (const event of eventsOf(waiting, texts, onDamage)) {
    // A write that failed half way, or was overtaken by the end of Node-RED, was done again.
    if (seen.has(event.seq)) continue
    if (seen.size === JOURNAL_MAX) break
    seen.add(event.seq)
    if (seen.size % EVENTS_A_TURN === 0) await turn()
    if (!isAsked(event, query)) continue
    if (found.length === query.limit) return pageWith(found, true)
    found.push(event)
  }
  return pageWith(found, false)
}

/** Newest first, whatever the order in which they were written. */
function pageWith(found: readonly ProcessEvent[], more: boolean): JournalPage {
  const events = found.toSorted((a, b) => b.seq - a.seq)
  return { events, next: more ? (events.at(-1)?.seq ?? null) : null }
}

function isAsked(event: ProcessEvent, { name, kind, from, before }: JournalQuery): boolean {
  if (name !== undefined && event.name !== name) return false
  if (kind !== undefined && event.kind !== kind) return false
  if (before !== undefined && event.seq >= before) return false
  return from === undefined || Date.parse(event.time) >= from
}

/** Newest first. */
function* eventsOf(
  waiting: readonly ProcessEvent[],
  texts: readonly string[],
  onDamage: () => void,
): Generator<ProcessEvent> {
  yield* waiting
  for (const text of texts) {
    for (const one of linesBackwards(text)) {
      const line = readLine(one)
      if (line.kind === 'event') yield line.event
      else if (line.kind === 'damaged') onDamage()
    }
  }
}

/** What stands between line breaks, from the last to the first; without what is cut at the end, or is being written. */
function* linesBackwards(text: string): Generator<string> {
  for (let end = text.lastIndexOf('\n'); end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    if (start < end) yield text.slice(start, end)
    end = start - 1
  }
}
