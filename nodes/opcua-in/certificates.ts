// Whether to talk to a server that shows this certificate (OPC 10000-4, 6.1.3), and why not.

import { type Certificate, isSelfSigned, parseCertificate } from '../../lib/pki/certificate'
import { splitChain } from '../../lib/pki/der'
import { changedFrom, expiredIssuer, type Flaw, flawsAt, ownFlaws, unknownIssuer } from '../../lib/pki/flaws'

export type Verdict =
  /** All the same this is wrong with it. */
  | { kind: 'trusted'; certificate: Certificate; flaws: Flaw[] }
  /** Nobody trusts it yet; `flaws` is what is wrong with it besides. */
  | { kind: 'unknown'; certificate: Certificate; flaws: Flaw[] }
  /** Another one was trusted so far; `flaws` says so first. */
  | { kind: 'changed'; certificate: Certificate; flaws: Flaw[] }
  /** Its issuer is trusted, but not this certificate as it is. */
  | { kind: 'flawed'; certificate: Certificate; flaws: Flaw[] }
  | { kind: 'unreadable' }

export type Judged = {
  /** As the server showed it: DER, those that it was signed by behind it. */
  shown: Buffer
  /** What the user typed. */
  host: string
  /** What the server says it is. */
  applicationUri: string
  /** Those that are trusted, themselves and as issuers. */
  trusted: readonly Certificate[]
  /** What was taken at this endpoint for being the first. */
  firstUse: Buffer | undefined
  /** Fingerprint of the one that this endpoint was last talked to with. */
  before: string | undefined
  /** ms since the epoch */
  now: number
}

/**
 * Who trusted a certificate itself has seen what is wrong with it, and wants it all the same: a plant does not stop because
 * a certificate expires. One that is only signed by a trusted issuer has to be right in everything.
 */
export function judge({ shown, host, applicationUri, trusted, firstUse, before, now }: Judged): Verdict {
  const [certificate, ...issuers] = splitChain(shown).map(parseCertificate)
  if (!certificate) return { kind: 'unreadable' }
  const flaws = [...ownFlaws(certificate, now), ...flawsAt(certificate, host, applicationUri)]
  if (firstUse?.equals(certificate.der) || trusted.some(({ der }) => der.equals(certificate.der))) {
    return { kind: 'trusted', certificate, flaws }
  }
  const path = pathToTrusted(certificate, { trusted, shown: issuers.filter((one) => one !== undefined) })
  if (path) {
    flaws.push(...path.filter((issuer) => !isValidAt(issuer, now)).map(expiredIssuer))
    return { kind: flaws.length === 0 ? 'trusted' : 'flawed', certificate, flaws }
  }
  if (!isSelfSigned(certificate)) flaws.unshift(unknownIssuer(certificate))
  if (before === undefined || before === certificate.fingerprint) return { kind: 'unknown', certificate, flaws }
  return { kind: 'changed', certificate, flaws: [changedFrom(before), ...flaws] }
}

type Issuers = { trusted: readonly Certificate[]; shown: readonly Certificate[] }

/** The issuers from this certificate up to one that is trusted; undefined where there is no such way. */
function pathToTrusted(certificate: Certificate, { trusted, shown }: Issuers): Certificate[] | undefined {
  const root = trusted.find((issuer) => isIssuedBy(certificate, issuer))
  if (root) return [root]
  for (const issuer of shown) {
    if (!isIssuedBy(certificate, issuer)) continue
    // Each is passed once, so a server cannot lead us in circles.
    const others = shown.filter((other) => other !== issuer)
    const path = pathToTrusted(issuer, { trusted, shown: others })
    if (path) return [issuer, ...path]
  }
  return undefined
}

function isIssuedBy({ x509 }: Certificate, issuer: Certificate): boolean {
  try {
    return issuer.x509.ca && x509.checkIssued(issuer.x509) && x509.verify(issuer.x509.publicKey)
  } catch {
    return false
  }
}

function isValidAt({ validFrom, validTo }: Certificate, now: number): boolean {
  return validFrom <= now && now <= validTo
}
