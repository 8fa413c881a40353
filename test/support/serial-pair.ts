// A serial line between a reader and a simulated device, in a temporary folder of its own.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialLine } from './serial-line'

export class SerialPair {
  /** The two ends; they keep their names when the line is unplugged and back. */
  readonly reader: string
  readonly device: string
  readonly #line: SerialLine
  readonly #folder: string

  private constructor(line: SerialLine, device: string, folder: string) {
    this.#line = line
    this.reader = line.port
    this.device = device
    this.#folder = folder
  }

  /** For `before`: skips the suite, or throws, where there is no socat. */
  static async open(context: Mocha.Context): Promise<SerialPair> {
    const folder = mkdtempSync(join(tmpdir(), 'collector-serial-'))
    try {
      const { line, otherPort } = await SerialLine.toPort(context, folder)
      return new SerialPair(line, otherPort, folder)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  plug(): Promise<void> {
    return this.#line.plug()
  }

  /** Both ends are gone, as those of an adapter that is pulled out. */
  unplug(): Promise<void> {
    return this.#line.unplug()
  }

  async dispose(): Promise<void> {
    await this.unplug()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
