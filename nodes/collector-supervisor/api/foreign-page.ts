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
  return headers.origin !== undefined && hostOf(headers.origin) !== headers.host?.toLowerCase()
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
