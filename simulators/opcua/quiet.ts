// node-opcua writes to the console by itself; a simulated device keeps the last of that for whoever wants to know.

import { LogLevel, setDebugLogger, setErrorLogger, setLogLevel, setWarningLogger } from 'node-opcua-client'

const LINES_MAX = 200
const lines: string[] = []

/** What node-opcua would have written, the latest last. */
export function libraryLog(): readonly string[] {
  return lines
}

function keep(...parts: unknown[]): void {
  // The first one may be an object that says which module it is.
  const texts = parts.filter((part) => typeof part !== 'object' || part instanceof Error)
  lines.push(texts.map(String).join(' '))
  if (lines.length > LINES_MAX) lines.shift()
}

export function quietenLibrary(): void {
  setLogLevel(LogLevel.Warning)
  setDebugLogger(keep)
  setWarningLogger(keep)
  setErrorLogger(keep)
}
