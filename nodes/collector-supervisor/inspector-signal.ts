// SIGUSR1 opens the debugger of Node.js, by which everything can be done in a process, and any process of the same user may send
// it: a reader's process, which the sandbox confines, must not get into Node-RED that way.

/** With this variable in the environment of Node-RED the signal does what it does elsewhere. */
export const DEBUG_VARIABLE = 'COLLECTORS_ALLOW_DEBUGGER'

let closed = false

/**
 * Once for the life of Node-RED. A listener takes the place of what Node.js does; it is never removed, since without one the
 * signal would end the process.
 */
export function closeInspectorSignal(warn: (text: string) => void): void {
  if (closed || process.env[DEBUG_VARIABLE] || process.platform === 'win32') return
  closed = true
  let told = false
  process.on('SIGUSR1', () => {
    if (told) return
    told = true
    warn(`SIGUSR1 came and does not open the debugger: start Node-RED with ${DEBUG_VARIABLE}=1 where it should`)
  })
}
