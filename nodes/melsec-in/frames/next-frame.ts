// What a codec cuts off the bytes that have come in. Apart from the requests, which the editor knows, too: it has no Buffer.

import type { Violation } from './request'

export type NextFrame =
  /** `frame` from its subheader on, `rest` what follows it. */
  | { readonly kind: 'frame'; readonly frame: Buffer; readonly rest: Buffer }
  | { readonly kind: 'incomplete' }
  | Violation
