// The table of a reader's tags: typing, keys, mouse and clipboard -> rows, checked as they change.
// It works on a copy: the node changes only by what `tags()` gives when the dialog is saved.

import type { PlaceReader } from './list/interpretation'
import { parsePasted, pastedRows } from './pasted'
import { type Cells, cellsOf, type Tag, tagOf, usedColumns } from './tag'
import { buildFrame, type Frame } from './tag-frame'
import { keyAction } from './tag-keys'
import { RowList } from './tag-list'
import { nextName } from './tag-name'
import { type Place, type ReviewOptions, TagReview } from './tag-review'
import { buildRow, type ChoiceGroup, fillCell, offerChoices, type Row, type RowPattern, rowPattern } from './tag-row'
import type { Translate } from './wording'

export type TagTableOptions = ReviewOptions & {
  tags: readonly Tag[]
  translate: Translate
  /** Column -> its choices, in groups. */
  groups: Readonly<Record<string, readonly ChoiceGroup[]>>
  /** The address behind a tag's own; '' when there is none. */
  nextAddress(cells: Cells): string
  readPlace: PlaceReader
  /** Called after every check. */
  checked(problemCount: number): void
}

/** Node-RED looks at every input of a dialog while it opens; with more rows than these it would take seconds. */
const ROWS_AT_ONCE = 40
/** Then it has slid in. */
const OPENED_MS = 500

export class TagTable {
  readonly #options: TagTableOptions
  readonly #frame: Frame
  readonly #list: RowList
  readonly #pattern: RowPattern
  readonly #review: TagReview
  /** Where the user is, or was last. */
  #place: Place | undefined
  #checkTimer: number | undefined
  /** Of a long list: the tags that have no rows until the dialog is open or anything is done with the table. */
  #waiting: readonly Tag[]

  constructor(parent: HTMLElement, options: TagTableOptions) {
    const { list, tags, groups, translate } = options
    this.#options = options
    this.#review = new TagReview(options)
    this.#pattern = rowPattern(list, { groups, translate })
    this.#frame = buildFrame(list, translate)
    const { root, header, footer } = this.#frame
    this.#list = new RowList(root, header, translate('tags.empty'), () => this.#changed())
    root.append(footer)
    parent.append(root)
    // A column that is not needed every day is shown where it is used.
    this.#frame.showColumns(usedColumns(list, tags))
    this.#waiting = tags
    this.#insertWaiting(ROWS_AT_ONCE)
    if (this.#waiting.length > 0) window.setTimeout(() => this.#insertWaiting(), OPENED_MS)
    this.#listen(root)
  }

  /** As they would be stored now, faulty ones included. */
  tags(): Tag[] {
    this.#insertWaiting()
    return this.#list.rows().map(({ cells, stored }) => tagOf(this.#options.list, cells, stored))
  }

  /** Those in which nothing is wrong, as texts. */
  soundRows(): Cells[] {
    return this.#list.rows().flatMap((row) => (this.#review.isSound(row) ? [row.cells] : []))
  }

  /** What checks and notes depend on besides the cells has changed. */
  refresh(): void {
    for (const row of this.#list.rows()) row.noted = undefined
    this.#changed()
  }

  #listen(root: HTMLElement): void {
    root.addEventListener('input', (event) => this.#typed(event.target))
    // A list to choose from opens before its cell has the focus.
    root.addEventListener('pointerdown', (event) => this.#offer(event.target))
    root.addEventListener('focusin', (event) => {
      this.#insertWaiting()
      this.#entered(event.target)
    })
    root.addEventListener('focusout', ({ relatedTarget }) => this.#showMessage(relatedTarget))
    root.addEventListener('click', (event) => this.#clicked(event.target))
    root.addEventListener('keydown', (event) => this.#pressed(event))
    root.addEventListener('paste', (event) => this.#pasted(event))
    this.#frame.addButton.addEventListener('click', () => this.#add(this.#list.rows().at(-1)))
    this.#frame.problemsButton.addEventListener('click', () => this.#focusNextProblem())
  }

  // What the user does

  #typed(target: EventTarget | null): void {
    const place = this.#placeOf(target)
    if (!place) return
    place.row.cells[place.column] = place.row.inputs.get(place.column)?.value ?? ''
    this.#changed()
  }

  #offer(target: EventTarget | null): void {
    const place = this.#placeOf(target)
    if (place) offerChoices(place.row, place.column)
  }

  #entered(target: EventTarget | null): void {
    this.#offer(target)
    this.#place = this.#placeOf(target) ?? this.#place
    this.#showMessage(target)
  }

  #clicked(target: EventTarget | null): void {
    const action = target instanceof Element ? target.closest<HTMLElement>('[data-action]')?.dataset.action : undefined
    const row = this.#list.rowAt(target)
    if (row && action === 'duplicate') this.#add(row, 'same address')
    if (row && action === 'remove') this.#remove(row)
  }

  #pressed(event: KeyboardEvent): void {
    const place = this.#placeOf(event.target)
    const action = place && keyAction(event, event.target instanceof HTMLInputElement ? 'input' : 'list')
    if (!action) return
    if (action.kind === 'add') this.#add(place.row)
    else if (action.kind === 'duplicate') this.#add(place.row, 'same address')
    else if (action.kind === 'remove') this.#remove(place.row)
    else if (action.kind === 'move') this.#move(place.row, action.direction)
    else this.#focusBeside(place, action.direction)
    event.preventDefault()
    event.stopPropagation()
  }

  /** A table goes into the cells from here on to the right and down, as in a spreadsheet; missing rows are added. */
  #pasted(event: ClipboardEvent): void {
    const pasted = parsePasted(event.clipboardData?.getData('text/plain') ?? '')
    if (!pasted) return
    event.preventDefault()
    const { list } = this.#options
    const place = this.#placeOf(event.target)
    const data = pastedRows(pasted, {
      standard: cellsOf(list, {}),
      start: place?.column ?? 'name',
      readPlace: this.#options.readPlace,
    })
    const rows = this.#list.rows()
    const first = place ? rows.indexOf(place.row) : rows.length
    for (const [offset, cells] of data.entries()) {
      const row = rows[first + offset] ?? this.#insert(cellsOf(list, {}), first + offset)
      for (const [column, cell] of Object.entries(cells)) fillCell(row, column, cell)
    }
    this.#frame.showColumns(
      usedColumns(
        list,
        this.#list
          .rows()
          .slice(first, first + data.length)
          .map(({ cells }) => cells),
      ),
    )
    this.#changed()
  }

  // Rows

  #insertWaiting(most = this.#waiting.length): void {
    const tags = this.#waiting.slice(0, most)
    this.#waiting = this.#waiting.slice(most)
    const first = this.#list.rows().length
    for (const [index, tag] of tags.entries()) this.#insert(cellsOf(this.#options.list, tag), first + index, tag)
    if (this.#waiting.length === 0) this.#changed()
  }

  #insert(cells: Cells, index: number, stored: Tag = {}): Row {
    if (index >= ROWS_AT_ONCE) this.#frame.root.classList.add('collector-tags-long')
    const row = buildRow(this.#pattern, cells, stored)
    this.#list.insert(row, index)
    return row
  }

  /** A row that goes on with the pattern of `before`, below it. */
  #add(before: Row | undefined, address: 'next address' | 'same address' = 'next address'): void {
    const rows = this.#list.rows()
    const cells = before ? { ...before.cells } : cellsOf(this.#options.list, {})
    if (before) {
      if (cells.name) cells.name = nextName(cells.name, new Set(rows.map((row) => row.cells.name ?? '')))
      if (address === 'next address') cells.address = this.#options.nextAddress(before.cells)
    }
    const row = this.#insert(cells, before ? rows.indexOf(before) + 1 : rows.length)
    this.#focus({ row, column: 'name' })
    this.#changed()
  }

  #remove(row: Row): void {
    const rows = this.#list.rows()
    const index = rows.indexOf(row)
    const neighbour = rows[index + 1] ?? rows[index - 1]
    this.#list.remove(row)
    if (neighbour) this.#focus({ row: neighbour, column: this.#place?.column ?? 'name' })
    else this.#frame.addButton.focus()
    this.#changed()
  }

  #move(row: Row, direction: 'up' | 'down'): void {
    this.#list.move(row, direction)
    row.element.scrollIntoView({ block: 'nearest' })
    this.#changed()
  }

  // Focus

  #placeOf(target: EventTarget | null): Place | undefined {
    const row = this.#list.rowAt(target)
    const column = target instanceof HTMLElement ? target.dataset.column : undefined
    return row && column !== undefined ? { row, column } : undefined
  }

  #focus({ row, column }: Place): void {
    const input = row.inputs.get(column)
    input?.focus()
    if (input instanceof HTMLInputElement) input.select()
    row.element.scrollIntoView({ block: 'nearest' })
  }

  #focusBeside({ row, column }: Place, direction: 'up' | 'down'): void {
    const rows = this.#list.rows()
    const beside = rows[rows.indexOf(row) + (direction === 'up' ? -1 : 1)]
    if (beside) this.#focus({ row: beside, column })
  }

  #focusNextProblem(): void {
    const next = this.#review.nextProblem(this.#place)
    if (next) this.#focus(next)
  }

  // Checking

  /** Many changes at once, e.g. of a paste, are checked once. */
  #changed(): void {
    this.#checkTimer ??= window.setTimeout(() => this.#check(), 0)
  }

  #check(): void {
    this.#checkTimer = undefined
    const rows = this.#list.rows()
    const { problemCount, wanted } = this.#review.look(rows)
    // What is wrong must be seen, and what is needed.
    this.#frame.showColumns(wanted)
    this.#frame.showCounts(rows.length, problemCount)
    this.#showMessage(document.activeElement)
    this.#options.checked(problemCount)
  }

  /** In the footer it stays as it is: a line less would move a button from below the mouse. */
  #showMessage(target: EventTarget | null): void {
    if (target instanceof Node && this.#frame.footer.contains(target)) return
    const place = this.#placeOf(target)
    const problem = place && this.#review.problemAt(place)
    if (problem !== undefined) this.#frame.showMessage(problem, 'problem')
    else this.#frame.showMessage(place ? this.#hintAt(place) : '', 'hint')
  }

  #hintAt({ row, column }: Place): string {
    return this.#options.translate(row.noted?.notes.hints[column] ?? `column-hint.${column}`)
  }
}
