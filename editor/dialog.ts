// The dialog that is open, for checks of one property that depend on others: what is typed in it counts, not what is stored.

import { type InputPrefix, inputValue } from './inputs'

/** Node-RED opens one dialog of a type at a time. */
export class Dialog {
  readonly #prefix: InputPrefix
  /** Id of the node that is edited. */
  #edited: string | undefined

  constructor(prefix: InputPrefix) {
    this.#prefix = prefix
  }

  open(node: EditedNode): void {
    this.#edited = node.id
  }

  close(): void {
    this.#edited = undefined
  }

  /** Typed, while the node is edited, else stored; undefined where it is neither. */
  given(node: EditedNode, property: string): unknown {
    const typed = this.#edited === node.id ? inputValue(this.#prefix, property) : undefined
    return typed ?? node[property]
  }
}
