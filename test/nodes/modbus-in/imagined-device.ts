// A Modbus device without sockets: answers a poller's requests from memory, in the ways that real devices do.

import type { Answer, ReadRequest as AnyRequest } from '../../../lib/polling/protocol'
import { placeOf, type ReadArea } from '../../../nodes/modbus-in/areas'

type ReadRequest = AnyRequest<ReadArea>

export class ImaginedDevice {
  /** Every request so far, as `unit area address+length`. */
  requests: string[] = []
  /** Wire addresses, in any area, that the device does not have. */
  holes = new Set<number>()
  /** The exception for them. */
  holeCode = 2
  /** More than this in one request is refused with exception 3. */
  lengthMax = 2000
  /** Requests that are not answered. */
  silent: (request: ReadRequest) => boolean = () => false
  /** Requests that are answered with this exception. */
  exception: (request: ReadRequest) => number | undefined = () => undefined
  /** Registers hold their own address, unless told otherwise. */
  words = new Map<number, number>()

  readonly ask = async (request: ReadRequest): Promise<Answer> => {
    const { unit, area, address, length } = request
    this.requests.push(`${unit} ${area} ${address}+${length}`)
    if (this.silent(request)) return { kind: 'silence' }
    const code = this.exception(request) ?? this.#refusal(address, length)
    if (code !== undefined) return { kind: 'exception', code }
    return {
      kind: 'data',
      view:
        area === 'coil' || area === 'discrete'
          ? this.#bits(address, length)
          : this.#words(address, length * placeOf(area).width),
    }
  }

  /** The requests since the last call. */
  taken(): string[] {
    return this.requests.splice(0)
  }

  #refusal(address: number, length: number): number | undefined {
    if (length > this.lengthMax) return 3
    for (let at = address; at < address + length; at++) if (this.holes.has(at)) return this.holeCode
    return undefined
  }

  #words(address: number, length: number): DataView {
    const view = new DataView(new ArrayBuffer(length * 2))
    for (let at = 0; at < length; at++) view.setUint16(at * 2, this.words.get(address + at) ?? address + at)
    return view
  }

  /** Set where the address is odd. */
  #bits(address: number, length: number): DataView {
    const bytes = new Uint8Array(Math.ceil(length / 8))
    for (let at = 0; at < length; at++) {
      if ((address + at) % 2 === 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7))
    }
    return new DataView(bytes.buffer)
  }
}
