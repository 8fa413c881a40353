// The way to a device, whatever it is made of: bytes out, bytes in, and one end.

import type { Fault } from '../../../lib/contract/fault'
import type { ModbusConfig } from '../fields'
import type { Line } from './line'
import { openSerial } from './serial-link'
import { openTcp } from './tcp-link'
import { openUdp } from './udp-link'

export type LinkListener = {
  /** What has come in, a part of a stream, or one datagram. Nobody writes into it any more. */
  data(chunk: Buffer): void
  /** It ended without having been closed. Nothing more comes, and it has to be closed all the same. */
  ended(fault: Fault): void
}

export interface Link {
  /** As users know it: `192.168.0.5:502`, `/dev/ttyUSB0`. */
  readonly target: string
  readonly isOpen: boolean
  /** Where the pace of the bytes matters. */
  readonly line?: Line
  /** To be called once, before anything is written. */
  listen(listener: LinkListener): void
  write(bytes: Buffer): void
  /** Ends it at once; settles when it has been let go of. Twice without harm. */
  close(): Promise<void>
}

/** Throws a Fault of kind `link`, or `config` when something is missing. Ends when the signal says so. */
export function openLink(config: ModbusConfig, signal: AbortSignal): Promise<Link> {
  switch (config.transport) {
    case 'tcp':
    case 'rtu-over-tcp':
      return openTcp(config, signal)
    case 'udp':
      return openUdp(config, signal)
    case 'rtu':
      return openSerial(config, signal)
  }
}
