// Is Node-RED itself about to end? A deploy and a shutdown close the nodes alike; only the signal tells them apart.

/** The signals that Node-RED ends by, and on which it first closes its nodes. */
const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGBREAK']

export type ShutdownWatch = {
  readonly begun: boolean
  arm(): void
  disarm(): void
}

/** `atExit` is called synchronously when the process ends, by whatever way but SIGKILL. */
export function watchShutdown(atExit: () => void): ShutdownWatch {
  let begun = false
  let armed = false
  const begin = (): void => {
    begun = true
  }
  const watched = new Set<NodeJS.Signals>()
  return {
    get begun() {
      return begun
    },
    arm() {
      if (armed) return
      armed = true
      process.on('exit', atExit)
      for (const signal of SIGNALS) {
        // Without somebody else's listener ours would keep the signal from ending the process.
        if (process.listenerCount(signal) === 0) continue
        // Before Node-RED's own, which closes the nodes at once.
        process.prependListener(signal, begin)
        watched.add(signal)
      }
    },
    disarm() {
      armed = false
      process.removeListener('exit', atExit)
      for (const signal of watched) process.removeListener(signal, begin)
      watched.clear()
    },
  }
}
