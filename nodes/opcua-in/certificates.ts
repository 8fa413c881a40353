// Whether to talk to a server that shows this certificate (OPC 10000-4, 6.1.3), and why not, in plain words.

import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

export type Verdict =
  | { kind: 'trusted' }
  /** Nobody trusts it yet; `flaws` is what is wrong with it besides. */
  | { kind: 'unknown'; flaws: string[] }
  /** Its issuer is trusted, but not this certificate as it is. */
  | { kind: 'flawed'; flaws: string[] }
  | { kind: 'unreadable' }

export type Judged = {
  /** DER, as the server showed it. */
  certificate: Buffer
  /** What the user typed. */
  host: string
  /** What the server says it is. */
  applicationUri: string
  /** DER of certificates that are trusted themselves, and as issuers. */
  trusted: readonly Buffer[]
  /** ms since the epoch */
  now: number
}

/**
 * Who trusted a certificate itself has seen what is wrong with it, and wants it all the same: a plant does not stop because
 * a certificate expires. One that is only signed by a trusted issuer has to be right in everything.
 */
export function judge({ certificate, host, applicationUri, trusted, now }: Judged): Verdict {
  if (trusted.some((known) => known.equals(certificate))) return { kind: 'trusted' }
  const shown = parseCertificate(certificate)
  if (!shown) return { kind: 'unreadable' }
  const flaws = flawsOf(shown, { host, applicationUri, now })
  const issued = trusted.some((known) => {
    const issuer = parseCertificate(known)
    return issuer?.ca && shown.checkIssued(issuer) && shown.verify(issuer.publicKey)
  })
  if (!issued) return { kind: 'unknown', flaws }
  return flaws.length === 0 ? { kind: 'trusted' } : { kind: 'flawed', flaws }
}

/** The words that an operator needs to tell it from others: name, fingerprint, expiry. */
export function describeCertificate(certificate: Buffer): string {
  const shown = parseCertificate(certificate)
  if (!shown) return 'a certificate that cannot be read'
  return `"${nameOf(shown)}", valid until ${day(shown.validToDate)}, SHA-256 ${fingerprintOf(certificate)}`
}

/** SHA-256 of the DER, hexadecimal. */
export function fingerprintOf(certificate: Buffer): string {
  return parseCertificate(certificate)?.fingerprint256.replaceAll(':', '').toLowerCase() ?? ''
}

/** The ApplicationUri that a certificate holds (OPC 10000-6, 6.2.2). */
export function applicationUriOf(certificate: X509Certificate): string | undefined {
  return alternatives(certificate).find(([kind]) => kind === 'URI')?.[1]
}

function parseCertificate(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function flawsOf(
  shown: X509Certificate,
  { host, applicationUri, now }: Omit<Judged, 'certificate' | 'trusted'>,
): string[] {
  const flaws: string[] = []
  if (shown.validToDate.getTime() < now) flaws.push(`it expired on ${day(shown.validToDate)}: renew it at the server`)
  if (shown.validFromDate.getTime() > now) {
    flaws.push(`it is not valid before ${day(shown.validFromDate)}: are the clocks of server and computer right?`)
  }
  const names = alternatives(shown).flatMap(([kind, name]) => (kind === 'URI' ? [] : [name.toLowerCase()]))
  if (!names.some((name) => sameHost(name, host))) {
    flaws.push(`it is for ${names.join(', ') || 'no host at all'} and not for ${host}`)
  }
  const uri = applicationUriOf(shown)
  if (uri !== applicationUri)
    flaws.push(`it belongs to the application ${uri ?? '(none)'}, the server says ${applicationUri}`)
  if (shown.subject !== shown.issuer)
    flaws.push(`it is signed by "${commonName(shown.issuer)}", whom nobody trusts here`)
  return flaws
}

/** `DNS:plc, IP Address:192.168.0.1, URI:urn:plc` */
function alternatives(certificate: X509Certificate): [kind: string, name: string][] {
  return (certificate.subjectAltName ?? '').split(', ').flatMap((entry): [string, string][] => {
    const at = entry.indexOf(':')
    return at < 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1).replace(/^"|"$/g, '')]]
  })
}

function sameHost(name: string, host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, '')
  return name === plain || (isIP(plain) === 6 && name === expandIpv6(plain))
}

/** As OpenSSL writes it: 2001:DB8:0:0:0:0:0:1 */
function expandIpv6(address: string): string {
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  return [...first, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...last]
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')
}

function nameOf(certificate: X509Certificate): string {
  return commonName(certificate.subject)
}

/** One `KEY=value` a line. */
function commonName(distinguished: string): string {
  return /^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished.replaceAll('\n', ', ')
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
