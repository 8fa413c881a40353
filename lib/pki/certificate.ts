// An X.509 certificate as an operator looks at it: whose it is, for which hosts, how long.

import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

export type Certificate = {
  der: Buffer
  /** SHA-256 of the DER, hexadecimal, small letters. */
  fingerprint: string
  subject: string
  issuer: string
  /** OPC 10000-6, 6.2.2 */
  applicationUri: string | undefined
  /** Names and IP addresses. */
  hosts: string[]
  /** ms since the epoch */
  validFrom: number
  validTo: number
  x509: X509Certificate
}

/** A larger one is none, bytes. */
export const CERTIFICATE_MAX_BYTES = 64 * 1024
/** Names are the server's: they must not fill a row or an answer. */
const NAME_MAX = 200
const HOSTS_MAX = 20

/** DER or PEM; of several the first. undefined for what is none. */
export function parseCertificate(bytes: Buffer | string): Certificate | undefined {
  if (bytes.length > CERTIFICATE_MAX_BYTES) return undefined
  try {
    const x509 = new X509Certificate(bytes)
    const names = alternatives(x509)
    return {
      der: x509.raw,
      fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
      subject: plainName(x509.subject),
      issuer: plainName(x509.issuer),
      applicationUri: names.find(([kind]) => kind === 'URI')?.[1],
      hosts: names.flatMap(([kind, name]) => (HOST_KINDS.has(kind) ? [plain(name)] : [])).slice(0, HOSTS_MAX),
      validFrom: new Date(x509.validFrom).getTime(),
      validTo: new Date(x509.validTo).getTime(),
      x509,
    }
  } catch {
    return undefined
  }
}

/** The words that an operator needs to tell it from others: name, expiry, fingerprint. */
export function describeCertificate({ subject, validTo, fingerprint }: Certificate): string {
  return `"${commonName(subject)}", valid until ${dayOf(validTo)}, SHA-256 ${fingerprint}`
}

/** What a server says of itself, fit for a line of text. */
export function plain(text: string): string {
  return text.slice(0, NAME_MAX).replace(/\p{C}/gu, '?')
}

export function isSelfSigned({ x509 }: Certificate): boolean {
  return x509.subject === x509.issuer
}

/** Whether it is for this host, as the user typed it: a name, in whatever case, or an address. */
export function isFor({ x509, hosts }: Certificate, host: string): boolean {
  const typed = host.toLowerCase().replace(/^\[|\]$/g, '')
  // Small devices write their address where only names should be.
  if (hosts.some((name) => name.toLowerCase() === typed)) return true
  return isIP(typed) ? x509.checkIP(typed) !== undefined : x509.checkHost(typed, { subject: 'never' }) !== undefined
}

/** What a fingerprint may be written as: with colons, in capitals. undefined for anything else. */
export function parseFingerprint(text: string): string | undefined {
  const digits = text.replaceAll(':', '').toLowerCase()
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined
}

/** `CN=PLC, O=Plant` -> `PLC` */
export function commonName(name: string): string {
  return /(?:^|, )CN=((?:(?!, \w+=).)*)/.exec(name)?.[1] ?? name
}

export function dayOf(time: number): string {
  return Number.isNaN(time) ? 'an unknown day' : new Date(time).toISOString().slice(0, 10)
}

const HOST_KINDS: ReadonlySet<string> = new Set(['DNS', 'IP Address'])

/** `DNS:plc, IP Address:192.168.0.1, URI:urn:plc`; Node writes a name that holds one of these signs as JSON. */
function alternatives({ subjectAltName = '' }: X509Certificate): [kind: string, name: string][] {
  return [...subjectAltName.matchAll(/(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, kind = '', name = '']) => [kind, name.startsWith('"') ? String(JSON.parse(name)) : name],
  )
}

/** Node writes one `KEY=value` a line. */
function plainName(distinguished: string | undefined): string {
  return plain((distinguished ?? '').replaceAll('\n', ', '))
}
