// Follows the row of one process over its runs, and says what there is to tell of its link and of the quality of its tags.

import type { Link } from '../../lib/contract/lifecycle'
import type { ProcessRow } from '../../lib/contract/process-row'
import { edgeWords } from './edge-words'
import { type Edges, edgesAfter, forgotten, look, type Moment, newEdges } from './edges'
import type { Outages } from './outages'
import type { Report } from './report'
import type { EdgeNews } from './surroundings'

export class EdgeWatch {
  #edges: Edges | undefined

  /** A new process runs. `outages`: what Node-RED left behind when it last ended, for the first process since then. */
  begin(moment: Moment, outages: Outages | undefined): void {
    if (!this.#edges && outages) this.#edges = edgesAfter(outages, moment)
    else this.#edges = newEdges(moment, this.#edges)
  }

  /** Whoever has stopped it does not want its values: what was not in order has ended with it. */
  forget(): void {
    if (this.#edges) this.#edges = forgotten(this.#edges)
  }

  /** `badTag`: name of one of the bad tags. */
  see(
    row: ProcessRow,
    { linkReason, linkCode }: Pick<Report, 'linkReason' | 'linkCode'>,
    badTag: string | undefined,
    moment: Moment,
  ): EdgeNews[] {
    if (!this.#edges || row.status !== 'running') return []
    const { edges, found } = look(this.#edges, row, moment)
    this.#edges = edges
    return found.map((edge) => ({
      row,
      edge,
      time: moment.wallTime,
      reason: edgeWords(edge, row, linkReason),
      code: isUp(row.link) ? undefined : linkCode,
      tag: edge.kind === 'quality' && row.tags.bad === 1 ? badTag : undefined,
    }))
  }
}

function isUp(link: Link): boolean {
  return link === 'connected' || link === 'degraded'
}
