// Bytes on a link that belong to no answer: how many there may be before the other end is taken for another service.

/** The other end of a socket that sends more bytes than this in a row, and no answer among them, is taken for another service. */
export const SOCKET_NOISE_MAX = 65_536

export class Noise {
  readonly #max: number
  #bytes = 0

  /** More bytes than `max` without an answer among them are a violation. */
  constructor(max: number) {
    this.#max = max
  }

  /** An answer, or a new link. */
  restart(): void {
    this.#bytes = 0
  }

  add(count: number, text = this.#describe(count)): { kind: 'noise' | 'violation'; text: string } {
    this.#bytes += count
    return { kind: this.#bytes > this.#max ? 'violation' : 'noise', text }
  }

  #describe(count: number): string {
    const bytes = this.#bytes + count
    return bytes === 1 ? '1 byte that belongs to no answer' : `${bytes} bytes that belong to no answer`
  }
}
