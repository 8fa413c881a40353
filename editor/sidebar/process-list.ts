// The processes in the sidebar, one item each, in the order of their names.

import type { ProcessRow } from '../../lib/contract/process-row'
import { element } from '../element'
import { byName } from './facts'
import { type ItemFace, ProcessItem } from './process-item'

export class ProcessList {
  readonly root = element('ul', 'collector-processes')
  readonly #face: ItemFace
  readonly #items = new Map<string, ProcessItem>()

  constructor(face: ItemFace) {
    this.#face = face
    this.root.dataset.empty = face.translate('process.none')
  }

  update(changed: readonly ProcessRow[], removed: readonly string[]): void {
    for (const name of removed) {
      this.#items.get(name)?.root.remove()
      this.#items.delete(name)
    }
    for (const row of changed) {
      const known = this.#items.get(row.name)
      if (known) known.update(row)
      else this.#insert(new ProcessItem(row, this.#face))
    }
  }

  /** As it is shown. */
  row(name: string): ProcessRow | undefined {
    return this.#items.get(name)?.row
  }

  tick(): void {
    for (const item of this.#items.values()) item.tick()
  }

  #insert(item: ProcessItem): void {
    const next = [...this.#items.values()]
      .filter(({ row }) => byName(row, item.row) > 0)
      .sort((a, b) => byName(a.row, b.row))[0]
    this.#items.set(item.row.name, item)
    this.root.insertBefore(item.root, next?.root ?? null)
  }
}
