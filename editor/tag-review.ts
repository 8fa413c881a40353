// A look over all rows of a tag table after a change: what is wrong in which cell, and what each row shows besides.

import type { ListField } from '../lib/contract/fields'
import type { Cells } from './tag'
import { type CellProblems, checkTags } from './tag-check'
import { markCells, notesOf, type Row, type RowNotes, showReads } from './tag-row'

/** A cell of the table. */
export type Place = { row: Row; column: string }

export type ReviewOptions = {
  list: ListField
  /** What a check says, in the user's language. */
  wording(message: string): string
  notes(cells: Cells): RowNotes
}

export class TagReview {
  readonly #options: ReviewOptions
  #problems = new Map<Row, CellProblems>()
  /** Columns that some row cannot do without. */
  #needed: ReadonlySet<string> = new Set()

  constructor(options: ReviewOptions) {
    this.#options = options
  }

  /** Marks the rows. Columns are wanted in which anything is wrong, and those that are needed now and were not before. */
  look(rows: readonly Row[]): { problemCount: number; wanted: ReadonlySet<string> } {
    const { list, wording, notes } = this.#options
    const found = checkTags(
      list,
      rows.map((row) => row.cells),
    )
    this.#problems = new Map()
    const needed = new Set<string>()
    const wanted = new Set<string>()
    let problemCount = 0
    for (const [index, row] of rows.entries()) {
      const problems = new Map([...(found[index] ?? [])].map(([column, message]) => [column, wording(message)]))
      const notesOfRow = notesOf(row, notes)
      this.#problems.set(row, problems)
      showReads(row, notesOfRow.reads)
      markCells(row, problems, notesOfRow)
      problemCount += problems.size
      for (const column of problems.keys()) wanted.add(column)
      for (const column of notesOfRow.needed) needed.add(column)
    }
    for (const column of needed) if (!this.#needed.has(column)) wanted.add(column)
    this.#needed = needed
    return { problemCount, wanted }
  }

  problemAt({ row, column }: Place): string | undefined {
    return this.#problems.get(row)?.get(column)
  }

  isSound(row: Row): boolean {
    return this.#problems.get(row)?.size === 0
  }

  /** The one behind `here`, from the top again after the last. */
  nextProblem(here: Place | undefined): Place | undefined {
    const wrong = [...this.#problems].flatMap(([row, ofRow]) => [...ofRow.keys()].map((column) => ({ row, column })))
    const index = wrong.findIndex(({ row, column }) => row === here?.row && column === here.column)
    return wrong[(index + 1) % wrong.length]
  }
}
