// So many processes may be starting up at once: on a small gateway twenty at a time would starve Node-RED.

export const PARALLEL_STARTS = 4
/** One that takes longer to get ready gives its place to the next, ms. */
export const PLACE_HELD_MS = 2_000

export class SpawnGate {
  #free = PARALLEL_STARTS
  #waiting: (() => void)[] = []

  /** Calls `start` at once or when a place is free; `start` gets the function that gives the place back. */
  enter(start: (leave: () => void) => void): void {
    if (this.#free === 0) {
      this.#waiting.push(() => this.#start(start))
      return
    }
    this.#start(start)
  }

  #start(start: (leave: () => void) => void): void {
    this.#free -= 1
    let held = true
    const leave = (): void => {
      if (!held) return
      held = false
      clearTimeout(timer)
      this.#free += 1
      this.#waiting.shift()?.()
    }
    const timer = setTimeout(leave, PLACE_HELD_MS)
    timer.unref()
    start(leave)
  }
}
