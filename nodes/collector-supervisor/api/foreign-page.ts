// Tells requests that a page of another site made a browser send (cross-site request forgery).

import type { IncomingHttpHeaders } from 'node:http'

/**
 * A page may send a POST anywhere without asking, unless it is JSON: that a browser sends to another origin only after
 * a preflight, which Node-RED grants to nobody but the origins in `httpAdminCors` (Fetch standard, CORS protocol).
 * So JSON is let through; else the browser tells where the page is from, in Sec-Fetch-Site or, on plain HTTP, in Origin.
 * Programs send neither.
 */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers.origin !== undefined && !isOwnOrigin(headers.origin, headers)
}

/**
 * A page may open a WebSocket anywhere, without a preflight; the browser says where the page is from (RFC 6455, 10.2).
 * `granted`: the origin that CORS has already let in, from Access-Control-Allow-Origin of the response.
 */
export function isForeignSocket(headers: IncomingHttpHeaders, granted: unknown): boolean {
  const { origin } = headers
  if (origin === undefined || granted === '*' || granted === origin) return false
  return !isOwnOrigin(origin, headers)
}

/** A proxy may put its own name into Host and the one that was asked for into X-Forwarded-Host, which no page can set. */
function isOwnOrigin(origin: string, headers: IncomingHttpHeaders): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const [forwarded] = [headers['x-forwarded-host'] ?? []].flat().join(',').split(',')
  return [headers.host, forwarded?.trim()].some((own) => own && hostOf(`${protocol}//${own}`) === host)
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
