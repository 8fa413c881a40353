// The secrets of a database's login, taken out of what it says: servers and proxies repeat headers in their errors.

import type { InfluxTarget } from '../contract/influx-target'

/** Shorter secrets stand in words and numbers by chance: they are hidden only where they stand by themselves. */
const ANYWHERE_LENGTH = 4
const HIDDEN = '***'
/** The value of an Authorization header (RFC 9110, 11.6.2), whoever's it is: named so, or behind the name of its scheme. */
const HEADER = /(authorization["']?\s*[:=]\s*["']?)(?:[\w-]+(?:\s+|%20|\+))?[^\s"',;<]+/gi
const CREDENTIALS = /\b(Basic|Bearer|Token)(?:\s+|%20|\+)(?=\S*[\dA-Z])[\w.~+/%-]{8,}={0,2}/g

/** In all the forms in which a server may repeat them. */
export function withoutSecrets(text: string, target: Pick<InfluxTarget, 'token' | 'username' | 'password'>): string {
  const hidden = formsOf(target).reduce(without, text)
  return hidden.replace(HEADER, `$1${HIDDEN}`).replace(CREDENTIALS, `$1 ${HIDDEN}`)
}

function without(text: string, secret: string): string {
  if (secret.length >= ANYWHERE_LENGTH) return text.replaceAll(secret, HIDDEN)
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gu'), HIDDEN)
}

/** The longest first, so that nothing of one is left by another. */
function formsOf({ token, username, password }: Pick<InfluxTarget, 'token' | 'username' | 'password'>): string[] {
  const login = Buffer.from(`${username}:${password}`)
  const encoded = password === '' ? [] : [login.toString('base64'), login.toString('base64url')]
  const secrets = [token, password, ...encoded.flatMap((form) => [form, form.replace(/=+$/, '')])]
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ])
  return [...new Set(forms)].filter((form) => form !== '').sort((one, other) => other.length - one.length)
}
