// The way to a PLC.

import type { Link, SocketSettings } from '../../../lib/net/link'
import { openTcp } from '../../../lib/net/tcp-link'
import { openUdp } from '../../../lib/net/udp-link'
import type { MelsecConfig } from '../fields'

const TCP_ADVICE =
  'is this port open in the Ethernet parameters of the PLC, for MC protocol (SLMP) and TCP? Many allow one connection to a port only, and keep the place of a client that died for a while'
const UDP_ADVICE = 'is this port open in the Ethernet parameters of the PLC, for MC protocol (SLMP) and UDP?'

type Target = Pick<MelsecConfig, 'transport' | 'host' | 'port' | 'localPort' | 'timeout'> &
  Pick<SocketSettings, 'address'>

/** Throws a Fault of kind `link`. Ends when the signal says so. */
export function openLink(target: Target, signal: AbortSignal): Promise<Link> {
  return target.transport === 'udp'
    ? openUdp({ ...target, advice: UDP_ADVICE }, signal)
    : openTcp({ ...target, advice: TCP_ADVICE }, signal)
}
