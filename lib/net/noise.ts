// Bytes on a link that belong to no answer: how many there may be before the other end is taken for another service.

/** So many bytes without an answer among them, and the other end of a socket is no device. */
export const SOCKET_NOISE_MAX = 65_536

export class Noise {
  readonly #max: number
  #bytes = 0

  /** More than `max` without an answer among them are a violation. */
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
