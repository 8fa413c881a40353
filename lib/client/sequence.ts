// Whether a push of a stream was missed: each has the number after the one before.

import type { PushMessage } from '../contract/monitor'

export class Sequence {
  #last: number | undefined

  /** `snapshot` and `next` are to be taken; after a `gap` a snapshot has to be asked for. */
  look({ type, seq }: Pick<PushMessage, 'type' | 'seq'>): 'snapshot' | 'next' | 'gap' {
    const last = this.#last
    this.#last = seq
    if (type === 'process_status' || type === 'processor_status') return 'snapshot'
    return last !== undefined && seq === last + 1 ? 'next' : 'gap'
  }
}
