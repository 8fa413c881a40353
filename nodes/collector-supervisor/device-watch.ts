// A process behind bubblewrap sees the file of its device as it was at its start. An adapter that is plugged in again has another one: the
// process is to be started again.

import { stat } from 'node:fs/promises'

export class DeviceWatch {
  #path: string | undefined
  #seen: string | undefined
  #isLooking = false

  /** From now on; undefined: there is nothing to be watched. */
  begin(path: string | undefined): void {
    this.#path = path
    this.#seen = undefined
    if (path !== undefined) void this.#look()
  }

  /** Calls `replaced` if there is another file than at the beginning; for a look now and then. */
  look(replaced: () => void): void {
    const path = this.#path
    if (path === undefined || this.#isLooking) return
    void this.#look().then((isOther) => {
      if (isOther && path === this.#path) replaced()
    })
  }

  async #look(): Promise<boolean> {
    this.#isLooking = true
    const before = this.#seen
    const now = this.#path === undefined ? undefined : await identityOf(this.#path)
    this.#isLooking = false
    this.#seen = now ?? before ?? MISSING
    return before !== undefined && now !== undefined && now !== before
  }
}

/** It may be plugged in later. */
const MISSING = 'missing'

async function identityOf(path: string): Promise<string | undefined> {
  try {
    // A new file may get the number of the former one, but not its time of change.
    const { dev, ino, ctimeNs } = await stat(path, { bigint: true })
    return `${dev}:${ino}:${ctimeNs}`
  } catch {
    return undefined
  }
}
