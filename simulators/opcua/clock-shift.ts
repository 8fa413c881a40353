// Lets a whole process live in another time, as a controller does whose clock was never set.

/** `Date` without arguments, and `Date.now`, run ahead by so much; durations are not touched. */
export function shiftClock(ms: number): void {
  const { now } = Date
  const shifted = () => now() + ms
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [shifted()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? shifted : Reflect.get(target, name, receiver)),
  })
}
