// The way to a Modbus device: through the network, or over a serial line.

import type { Link as NetworkLink } from '../../../lib/net/link'
import { openTcp } from '../../../lib/net/tcp-link'
import { openUdp } from '../../../lib/net/udp-link'
import type { ModbusConfig } from '../fields'
import type { Line } from './line'
import { openSerial } from './serial-link'

export type { LinkListener } from '../../../lib/net/link'

export interface Link extends NetworkLink {
  /** Where the pace of the bytes matters. */
  readonly line?: Line
}

const TCP_ADVICE = 'is Modbus TCP switched on in the device, is the port right?'
const UDP_ADVICE = 'does the device speak Modbus over UDP, is the port right?'

/** Throws a Fault of kind `link`, or `config` when something is missing. Ends when the signal says so. */
export function openLink(config: ModbusConfig, signal: AbortSignal): Promise<Link> {
  switch (config.transport) {
    case 'tcp':
    case 'rtu-over-tcp':
    case 'ascii-over-tcp':
      return openTcp({ ...config, advice: TCP_ADVICE }, signal)
    case 'udp':
      return openUdp({ ...config, advice: UDP_ADVICE }, signal)
    case 'rtu':
    case 'ascii':
      return openSerial(config, signal)
  }
}
