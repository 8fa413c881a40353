// Modbus over TCP, where frames come in a stream, and over UDP, where they come in datagrams.

import type { Finding } from './framing'
import { describeStranger } from './mbap'
import { MbapFraming } from './mbap-framing'
import { GREETING_BYTES, strangerOf } from './strangers'

const EMPTY = Buffer.alloc(0)

export class MbapStream extends MbapFraming {
  #greeting: Buffer = EMPTY

  override restart(): void {
    super.restart()
    this.#greeting = EMPTY
  }

  receive(chunk: Buffer): Finding[] {
    const stranger = this.#greet(chunk)
    if (stranger !== undefined) return [{ kind: 'violation', text: stranger }]
    const { findings, dropped } = this.scan(chunk)
    return dropped ? [...findings, dropped] : findings
  }

  /** The first bytes over a link, as long as nothing was answered. */
  #greet(chunk: Buffer): string | undefined {
    if (this.answered || this.#greeting.length >= GREETING_BYTES) return undefined
    this.#greeting = Buffer.concat([this.#greeting, chunk.subarray(0, GREETING_BYTES)])
    return strangerOf(this.#greeting)
  }
}

/** Over UDP: a datagram has frames or it is nothing, and says nothing of the next one. */
export class MbapDatagrams extends MbapFraming {
  receive(datagram: Buffer): Finding[] {
    const { findings } = this.scan(datagram)
    this.scanner.restart()
    if (findings.length > 0) return findings.map(asNoise)
    return [
      { kind: 'noise', text: describeStranger(datagram) ?? `a datagram of ${datagram.length} bytes is too short` },
    ]
  }
}

/** There is no connection that would have to end. */
function asNoise(finding: Finding): Finding {
  return finding.kind === 'violation' ? { kind: 'noise', text: finding.text } : finding
}
