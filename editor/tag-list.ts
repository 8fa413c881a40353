// The rows of a tag table in their order, on Node-RED's list widget: insert, remove, move, drag.

import { element } from './element'
import type { Row } from './tag-row'

export class RowList {
  readonly #list: HTMLElement
  readonly #rowOf = new WeakMap<Element, Row>()

  /** `dragged` is called after the user has dropped a row elsewhere. */
  constructor(parent: HTMLElement, header: HTMLElement, emptyText: string, dragged: () => void) {
    this.#list = element('ol', 'collector-tag-list', { 'data-empty': emptyText })
    parent.append(this.#list)
    const rowOf = this.#rowOf
    $(this.#list).editableList<Row>({
      addButton: false,
      sortable: '.collector-tag-handle',
      scrollOnAdd: false,
      height: 'auto',
      sortItems: dragged,
      addItem(content, _index, row) {
        content[0]?.append(row.element)
        rowOf.set(row.element, row)
      },
    })
    // Within the scrolling part, so that header and rows scroll sideways together.
    this.#list.before(header)
  }

  rows(): Row[] {
    return [...this.#list.querySelectorAll('.collector-tag')].flatMap((found) => this.#rowOf.get(found) ?? [])
  }

  /** The row that an event happened in. */
  rowAt(target: EventTarget | null): Row | undefined {
    const found = target instanceof Element ? target.closest('.collector-tag') : null
    return found ? this.#rowOf.get(found) : undefined
  }

  insert(row: Row, index: number): void {
    $(this.#list).editableList('insertItemAt', row, index)
  }

  remove(row: Row): void {
    $(this.#list).editableList('removeItem', row)
  }

  /** By one place; nothing happens at the ends. */
  move(row: Row, direction: 'up' | 'down'): void {
    const item = row.element.closest('li')
    const neighbour = direction === 'up' ? item?.previousElementSibling : item?.nextElementSibling
    if (!item || !neighbour) return
    // Moving the neighbour leaves the focus where it is.
    if (direction === 'up') item.after(neighbour)
    else item.before(neighbour)
  }
}
