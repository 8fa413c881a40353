// What can be wrong with a certificate (OPC 10000-4, 6.1.3), in words that say what to do.

import { type Certificate, commonName, dayOf, isFor, plain } from './certificate'
import { signatureAlgorithmOf } from './der'

export const FLAW_CODES = [
  'changed',
  'issuer-unknown',
  'issuer-expired',
  'expired',
  'not-yet-valid',
  'wrong-host',
  'wrong-application',
  'weak-key',
  'weak-signature',
] as const
/** `code` is for programs, `text` for people: the rest of a sentence about "it". */
export type Flaw = { code: (typeof FLAW_CODES)[number]; text: string }

/** What is held to be safe since 2016 (NIST SP 800-131A); the policies of OPC UA that are still safe ask for it, too. */
const RSA_BITS_MIN = 2048
/** Of many names the first ones. */
const HOSTS_TOLD = 4
/** As encoded: MD2, MD5 and SHA-1 with RSA (RFC 3279), SHA-1 with ECDSA (RFC 5758). */
const WEAK_SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010102', 'MD2'],
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
])

/** Of the certificate by itself; `where` it has to be mended. */
export function ownFlaws(certificate: Certificate, now: number, where = 'at the server'): Flaw[] {
  const { validFrom, validTo, x509, der } = certificate
  const flaws: Flaw[] = []
  if (!(validTo >= now)) flaws.push({ code: 'expired', text: `it expired on ${dayOf(validTo)}: renew it ${where}` })
  if (!(validFrom <= now)) {
    const text = `it is not valid before ${dayOf(validFrom)}: are the clocks of server and computer right?`
    flaws.push({ code: 'not-yet-valid', text })
  }
  const bits = x509.publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < RSA_BITS_MIN) {
    flaws.push({
      code: 'weak-key',
      text: `its key has ${bits} bits, which can be broken: make one of 2048 ${where}`,
    })
  }
  const weak = WEAK_SIGNATURES.get(signatureAlgorithmOf(der))
  if (weak !== undefined) {
    const text = `it is signed with ${weak}, which can be forged: make a new one with SHA-256 ${where}`
    flaws.push({ code: 'weak-signature', text })
  }
  return flaws
}

/** Of a certificate that a server shows to a client that asked for `host` and was told `applicationUri`. */
export function flawsAt(certificate: Certificate, host: string, applicationUri: string): Flaw[] {
  const flaws: Flaw[] = []
  if (!isFor(certificate, host)) {
    const hosts = certificate.hosts.slice(0, HOSTS_TOLD).join(', ') || 'no host at all'
    const text = `it is for ${hosts} and not for ${host}: use one of its names as address, or make a new one at the server`
    flaws.push({ code: 'wrong-host', text })
  }
  if (certificate.applicationUri !== applicationUri) {
    const whose = certificate.applicationUri === undefined ? '(none)' : plain(certificate.applicationUri)
    const text = `it belongs to the application ${whose}, the server says ${plain(applicationUri)}: make a new one at the server`
    flaws.push({ code: 'wrong-application', text })
  }
  return flaws
}

export function changedFrom(fingerprint: string): Flaw {
  const text = `another one was trusted at this address so far (SHA-256 ${fingerprint}): was it renewed, or is somebody in between?`
  return { code: 'changed', text }
}

export function unknownIssuer({ issuer }: Certificate): Flaw {
  const text = `it is signed by "${commonName(issuer)}", whom nobody trusts here`
  return { code: 'issuer-unknown', text }
}

export function expiredIssuer({ subject, validTo }: Certificate): Flaw {
  const text = `the certificate of its issuer "${commonName(subject)}" is not valid today (until ${dayOf(validTo)}): renew that`
  return { code: 'issuer-expired', text }
}
