// The secrets of a database's login, taken out of what it says: servers and proxies repeat headers in their errors.

import type { InfluxTarget } from '../contract/influx-target'
import { HIDDEN, type Hide, hideSecrets } from '../contract/secrets'

/** The value of an Authorization header (RFC 9110, 11.6.2), whoever's it is: named so, or behind the name of its scheme. */
const HEADER = /(authorization["']?\s*[:=]\s*["']?)(?:[\w-]+(?:\s+|%20|\+))?[^\s"',;<]+/gi
const CREDENTIALS = /\b(Basic|Bearer|Token)(?:\s+|%20|\+)(?=\S*[\dA-Z])[\w.~+/%-]{8,}={0,2}/g

/** Those of one target are compiled once. */
const hides = new WeakMap<object, Hide>()

export type Login = Pick<InfluxTarget, 'token' | 'username' | 'password'>

/** In all the encodings in which a server may repeat them. */
export function withoutSecrets(text: string, target: Login): string {
  const hide = hides.get(target) ?? hideSecrets(secretsOf(target))
  hides.set(target, hide)
  return hide(text).replace(HEADER, `$1${HIDDEN}`).replace(CREDENTIALS, `$1 ${HIDDEN}`)
}

/** The pair is what Basic authentication encodes (RFC 7617, 2): a password too short to be looked for alone is found in it. */
function secretsOf({ token, username, password }: Login): string[] {
  return [token, password, ...(password === '' ? [] : [`${username}:${password}`])]
}
