// Where a stream of Node-RED is, and what is said while connecting.

import { MONITOR_PROTOCOL, MONITOR_TOKEN_PROTOCOL } from '../contract/monitor'

export type StreamName = 'processes' | 'processor-status'

/** @param base of the editor, e.g. `https://gateway:1880/admin`: with httpAdminRoot, if there is one. */
export function streamUrl(base: string, stream: StreamName): string {
  const url = new URL(base)
  if (!/^(https?|wss?):$/.test(url.protocol)) throw new TypeError(`${base} is no address of Node-RED: write http://...`)
  url.protocol = /^(https|wss):$/.test(url.protocol) ? 'wss:' : 'ws:'
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/collectors/ws/${stream}`
  url.search = ''
  url.hash = ''
  return url.href
}

/** A browser cannot set headers, so the token goes where it can put something: among the subprotocols. */
export function protocolsFor(token: string | undefined): string[] {
  return token ? [MONITOR_PROTOCOL, MONITOR_TOKEN_PROTOCOL + base64url(token)] : [MONITOR_PROTOCOL]
}

function base64url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte))
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
