// A link without a device: what is written is kept, what comes in is said by the test.

import type { Line } from '../../../nodes/modbus-in/link/line'
import type { Link, LinkListener } from '../../../nodes/modbus-in/link/link'

export class ImaginedLink implements Link {
  readonly target = 'imagined'
  readonly written: { bytes: Buffer; atMs: number }[] = []
  closes = 0
  listener: LinkListener | undefined
  /** Told of each request. */
  onWrite: (bytes: Buffer) => void = () => {}
  readonly line?: Line

  constructor(line?: Line) {
    if (line) this.line = line
  }

  get isOpen(): boolean {
    return this.closes === 0
  }

  listen(listener: LinkListener): void {
    this.listener = listener
  }

  write(bytes: Buffer): void {
    this.written.push({ bytes, atMs: performance.now() })
    this.onWrite(bytes)
  }

  say(bytes: Buffer): void {
    this.listener?.data(bytes)
  }

  async close(): Promise<void> {
    this.closes++
  }
}
