// The edges of a running process: when its link or the quality of its tags has become another, and how long the one before
// had held. Pure; times are ms.

import type { Link } from '../../lib/contract/lifecycle'
import type { Quality } from '../../lib/contract/process-event'
import type { ProcessRow } from '../../lib/contract/process-row'
import type { Outages } from './outages'

/**
 * Edges that may come at once, and in how many ms one more may. What flaps faster is told as it is whenever one may be told:
 * a link that flaps for hours must not fill the journal.
 */
export const EDGE_BURST = 60
export const EDGE_REFILL_MS = 60_000

export type Moment = { now: number; wallTime: Date }

/** A state, and since when it holds: on the wall clock to tell it, on the monotonic one to count from it. */
type Held<State> = { state: State; since: Date; atMs: number }

export type Edges = {
  link: Held<Link>
  quality: Held<Quality>
  /** What was not in order before this process began, until it is known what has become of it. */
  former: { link?: Held<Link> | undefined; quality?: Held<Quality> | undefined }
  /** Edges that may still be told, and when that was reckoned. */
  budget: { left: number; atMs: number }
}

/** How long the state before has lasted. */
type Span = { since: Date; lastedMs: number }
export type Edge =
  | (Span & { kind: 'link'; from: Link; to: Link })
  | (Span & { kind: 'quality'; from: Quality; to: Quality })

/** Of a process that has just started; `before` is what it goes on with of the process in whose place it is. */
export function newEdges(moment: Moment, before?: Edges): Edges {
  return {
    link: hold('connecting', moment),
    quality: hold('unread', moment),
    former: before
      ? {
          link: isLinkTrouble(before.link.state) ? before.link : before.former.link,
          quality: isQualityTrouble(before.quality.state) ? before.quality : before.former.quality,
        }
      : {},
    budget: before?.budget ?? { left: EDGE_BURST, atMs: moment.now },
  }
}

/** Of the first process since Node-RED has started. */
export function edgesAfter({ link, quality }: Outages, moment: Moment): Edges {
  const former = { link: link && heldSince(link, moment), quality: quality && heldSince(quality, moment) }
  return { ...newEdges(moment), former }
}

/** Nothing of it is left to a process that comes later. */
export function forgotten(edges: Edges): Edges {
  const { link, quality } = edges
  return { ...edges, link: { ...link, state: 'connecting' }, quality: { ...quality, state: 'unread' }, former: {} }
}

/** Between two runs of Node-RED there is only the wall clock to count by, which may have been set back. */
function heldSince<State>({ state, since }: { state: State; since: Date }, { now, wallTime }: Moment): Held<State> {
  return { state, since, atMs: now - Math.max(0, wallTime.getTime() - since.getTime()) }
}

function isLinkTrouble(link: Link): boolean {
  return link !== 'connecting' && link !== 'connected'
}

function isQualityTrouble(quality: Quality): boolean {
  return quality === 'bad' || quality === 'partial'
}

/** What has become another since the last look. */
export function look(
  before: Edges,
  row: Pick<ProcessRow, 'link' | 'tags'>,
  moment: Moment,
): { edges: Edges; found: Edge[] } {
  const found: Edge[] = []
  let edges: Edges = { ...before, budget: refilled(before.budget, moment.now) }
  const link = settledLink(row.link, edges.link.state)
  if (link !== edges.link.state && edges.budget.left >= 1) {
    const { before, after } = next({ held: edges.link, former: edges.former.link, state: link }, moment)
    found.push({ kind: 'link', from: before.state, to: link, ...spanOf(before, moment) })
    edges = { ...edges, link: after, former: { ...edges.former, link: undefined }, budget: spent(edges.budget) }
  }
  const quality = settledQuality(row.tags, edges)
  // That all is good from the beginning is nothing to tell.
  if (quality === 'good' && edges.quality.state === 'unread' && !edges.former.quality)
    return { edges: { ...edges, quality: hold(quality, moment) }, found }
  if (quality !== edges.quality.state && edges.budget.left >= 1) {
    const { before, after } = next({ held: edges.quality, former: edges.former.quality, state: quality }, moment)
    found.push({ kind: 'quality', from: before.state, to: quality, ...spanOf(before, moment) })
    edges = { ...edges, quality: after, former: { ...edges.former, quality: undefined }, budget: spent(edges.budget) }
  }
  return { edges, found }
}

/**
 * What has ended and what begins. `former` is what the process before this one has left behind: where that still holds it goes on since
 * it began, and where it does not, it is what has ended.
 */
function next<State>(
  { held, former, state }: { held: Held<State>; former: Held<State> | undefined; state: State },
  moment: Moment,
): { before: Held<State>; after: Held<State> } {
  if (former?.state === state) return { before: held, after: former }
  return { before: former ?? held, after: hold(state, moment) }
}

/** Another attempt to connect changes nothing; but what was connected before is so no more. */
function settledLink(link: Link, held: Link): Link {
  if (link !== 'connecting') return link
  return held === 'connected' || held === 'degraded' ? 'disconnected' : held
}

/** Before the first attempt to connect has come to an end, bad tags tell nothing. */
function settledQuality({ good, bad }: ProcessRow['tags'], { link, quality }: Edges): Quality {
  if (link.state === 'connecting' || good + bad === 0) return quality.state
  if (bad === 0) return 'good'
  return good === 0 ? 'bad' : 'partial'
}

function hold<State>(state: State, { now, wallTime }: Moment): Held<State> {
  return { state, since: wallTime, atMs: now }
}

function spanOf({ since, atMs }: Held<unknown>, { now }: Moment): Span {
  return { since, lastedMs: now - atMs }
}

function spent({ left, atMs }: Edges['budget']): Edges['budget'] {
  return { left: left - 1, atMs }
}

function refilled({ left, atMs }: Edges['budget'], now: number): Edges['budget'] {
  return { left: Math.min(EDGE_BURST, left + (now - atMs) / EDGE_REFILL_MS), atMs: now }
}
