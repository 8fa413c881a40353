// A short sleep in the midst of synchronous work, for somebody else to finish.

const nobody = new Int32Array(new SharedArrayBuffer(4))

/** Blocks the thread for so long. */
export function pause(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms)
}
