// Times that the library takes from the computer's clock to see later how old something is. When that clock is set, security tokens
// would have expired hours ago, and a session would not be kept alive for hours.

/**
 * Makes the time in `owner[name]`, and each one that is written there later, tell its true age: it is moved along when the
 * computer's clock is set.
 */
export function keepAge(owner: object, name: string): void {
  let bornMs = performance.now()
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => new Date(Date.now() - (performance.now() - bornMs)),
    set: (time: unknown) => {
      if (time instanceof Date) bornMs = performance.now() - (Date.now() - time.getTime())
    },
  })
}
