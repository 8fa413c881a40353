// What the supervisor needs to know of a process. It knows nothing of protocols: the configuration is opaque to it.

import { isDeepStrictEqual } from 'node:util'
import type { ProcessType, Sandbox } from '../../lib/contract/process-row'

export type ProcessSpec = {
  /** Key in table, URLs and topics; unique over all supervisors. */
  name: string
  type: ProcessType
  /** Recipient of its messages in the live queue: the id of the reader node. */
  recipient: string
  /** The script of a collector, run by this Node with the flags of the sandbox. */
  script: string
  /** What its driver needs; absent = closed. */
  sandbox?: Sandbox
  /** File of the device that its driver opens itself, as /dev/ttyUSB0; absent = none. */
  device?: string
  /** Name of a folder in its supervisor's that it may read and write; absent = none. */
  folder?: string
  /** Handed to the child in its first message, secrets included. */
  config: unknown
  /** Those of its configuration: nothing that the child says may repeat them. */
  secrets?: string[]
  /** ms between two cycles: the measure of the progress watchdog. */
  intervalMs: number
  tagsTotal: number
  /** undefined = as the supervisor says. */
  autoStart: boolean | undefined
  /** The configuration cannot work, and why: the process is shown, but not started. */
  problem?: string
}

/** Whether a running process may go on under the new spec. */
export function sameProcess(a: ProcessSpec, b: ProcessSpec): boolean {
  return isDeepStrictEqual({ ...a, autoStart: undefined }, { ...b, autoStart: undefined })
}
