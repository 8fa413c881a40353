// Lets a whole process live in another time, as a controller does whose clock was never set, or a computer whose clock is set.

/** `Date` without arguments, and `Date.now`, run ahead by so much; durations are not touched. @returns sets it right again */
export function shiftClock(ms: number): () => void {
  const right = Date
  const { now } = Date
  const shifted = () => now() + ms
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [shifted()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? shifted : Reflect.get(target, name, receiver)),
  })
  return () => {
    globalThis.Date = right
  }
}
