// One monitor that takes the pushes as server-sent events (HTML standard, 9.2).

import type { PushMessage } from '../../../lib/contract/monitor'
import type { Client } from './clients'
import type { Response } from './guard'
import type { Wire } from './outlet'
import type { PushStream } from './push-stream'

/** A browser waits so long before it comes again, ms. */
const RETRY_MS = 2_000

/** `data` is what a WebSocket brings. JSON has no line breaks of its own. */
export function eventText(message: PushMessage): string {
  return `id: ${message.seq}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`
}

type Reader = { owner: string; mayRead(): Promise<unknown> }

export class EventClient implements Client {
  readonly owner: string
  readonly #res: Response
  readonly #mayRead: () => Promise<unknown>
  #taken = true

  /** `gone` is called once. */
  constructor(res: Response, stream: PushStream, reader: Reader, gone: (client: Client) => void) {
    this.#res = res
    this.owner = reader.owner
    this.#mayRead = reader.mayRead
    res.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      // A proxy or middleware that compresses or gathers would keep the events to itself.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    res.on('error', () => {})
    res.write(`retry: ${RETRY_MS}\n\n`)
    const { leave } = stream.join(wireOf(res))
    res.once('close', () => {
      leave()
      gone(this)
    })
  }

  look(): void {
    if (!this.#taken) {
      this.#res.destroy()
      return
    }
    this.#taken = false
    this.#res.write(': still here\n\n', () => {
      this.#taken = true
    })
    this.#mayRead().then(
      (lost) => {
        if (lost) this.#res.end()
      },
      () => this.#res.end(),
    )
  }

  end(): void {
    this.#res.end()
  }
}

function wireOf(res: Response): Wire {
  return {
    write: (bytes, taken) => void res.write(bytes, () => taken()),
    get backlogBytes() {
      return res.writableLength
    },
  }
}
