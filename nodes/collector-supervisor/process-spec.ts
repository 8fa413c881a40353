// What the supervisor needs to know of a process. It knows nothing of protocols: the configuration is opaque to it.

import type { ProcessType } from '../../lib/contract/process-row'

export type ProcessSpec = {
  /** Key in table, URLs and topics; unique over all supervisors. */
  name: string
  type: ProcessType
  /** Recipient of its messages in the live queue: the id of the reader node. */
  recipient: string
  /** The program and its arguments; shown in the table, so no secrets. */
  command: string
  args: string[]
  /** Flags of node itself, before the script. */
  execArgv: string[]
  /** Handed to the child over IPC, secrets included. */
  config: unknown
  /** ms between two cycles: the progress watchdog's measure. */
  intervalMs: number
  tagsTotal: number
  /** undefined = as the supervisor says. */
  autoStart: boolean | undefined
}
