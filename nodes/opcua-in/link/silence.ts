// What node-opcua says by itself: nothing.

import { LogLevel, setDebugLogger, setErrorLogger, setLogLevel, setWarningLogger } from 'node-opcua-client'
import { nameVendorStatuses } from './vendor-statuses'

/** node-opcua writes to the console by itself, passwords included if it is asked to: nothing of that leaves this process. */
export function quietenLibrary(): void {
  setLogLevel(LogLevel.Emergency)
  for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(() => {})
  nameVendorStatuses()
  // What is no status at all is written there past all loggers.
  console.warn = () => {}
}
