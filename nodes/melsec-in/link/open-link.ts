// The way to a PLC.

import type { Link } from '../../../lib/net/link'
import { openTcp } from '../../../lib/net/tcp-link'
import { openUdp } from '../../../lib/net/udp-link'
import type { MelsecConfig } from '../fields'

const TCP_ADVICE =
  'is this port open in the Ethernet parameters of the PLC, for MC protocol (SLMP) and TCP? Many allow one connection to a port only, and keep the place of a client that died for a while'
const UDP_ADVICE = 'is this port open in the Ethernet parameters of the PLC, for MC protocol (SLMP) and UDP?'

/** Throws a Fault of kind `link`. Ends when the signal says so. */
export function openLink(
  config: Pick<MelsecConfig, 'transport' | 'host' | 'port' | 'timeout'>,
  signal: AbortSignal,
): Promise<Link> {
  return config.transport === 'udp'
    ? openUdp({ ...config, advice: UDP_ADVICE }, signal)
    : openTcp({ ...config, advice: TCP_ADVICE }, signal)
}
