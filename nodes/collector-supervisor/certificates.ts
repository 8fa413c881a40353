// Certificates of all supervisors for the operator: what is ours, whom readers trust, whom they have met and not let in; and what
// he decides.

import { Fault, messageOf } from '../../lib/contract/fault'
import { type Certificate, commonName } from '../../lib/pki/certificate'
import { type Flaw, ownFlaws } from '../../lib/pki/flaws'
import type { CertificateStore, Rejected, Trusted } from './certificate-store'

/** Times are ISO 8601. */
export type CertificateFacts = {
  /** SHA-256, hexadecimal. */
  fingerprint: string
  subject: string
  issuer: string
  application_uri: string | null
  hosts: string[]
  valid_from: string | null
  valid_to: string | null
  /** What is wrong with it: `code` for programs, `text` for people. */
  flaws: Flaw[]
}
export type OwnCertificate = CertificateFacts & { pem: string }
/** A reader that came upon it, and where. */
type Met = { reader: string; endpoint: string; since: string }
export type TrustedCertificate = CertificateFacts & {
  /** `first-use`: only at the endpoints where it was met. */
  by: 'operator' | 'first-use'
  /** Those that it has signed are trusted, too. */
  authority: boolean
  met: Met[]
}
export type RejectedCertificate = CertificateFacts & { met: Met[] }

export type CertificatesOf = {
  /** null: no reader has needed it yet. */
  own: OwnCertificate | null
  trusted: TrustedCertificate[]
  rejected: RejectedCertificate[]
  /** There are more files than are looked at. */
  more: boolean
}

export const CERTIFICATE_WORDS = ['trust', 'reject', 'forget'] as const
/** About a certificate, or about our own. */
export type CertificateDecision =
  | { word: (typeof CERTIFICATE_WORDS)[number]; supervisor: string; fingerprint: string }
  | { word: 'renew'; supervisor: string }

type Keeper = {
  readonly id: string
  readonly name: string
  readonly certificates: CertificateStore
  retryReaders(): void
}

export async function listCertificates(
  keepers: readonly Keeper[],
  now: number,
): Promise<Record<string, CertificatesOf>> {
  const lists = new Map<string, CertificatesOf>()
  for (const { id, name, certificates } of keepers) {
    const { own, trusted, rejected, more } = await certificates.list()
    lists.set(lists.has(name) ? `${name} (${id})` : name, {
      own: own ? { ...factsOf(own, now, 'here'), pem: own.x509.toString() } : null,
      trusted: trusted.map((one) => trustedRow(one, now)),
      rejected: rejected.map((one) => rejectedRow(one, now)),
      more,
    })
  }
  return Object.fromEntries(lists)
}

/** At every supervisor of this name that knows it. Rejects with a Fault whose code is one of the REST routes' errors. */
export async function decideCertificate(keepers: readonly Keeper[], decision: CertificateDecision): Promise<string> {
  try {
    return decision.word === 'renew' ? renew(keepers) : await decide(keepers, decision)
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault('config', 'failed', `the folder of certificates cannot be changed: ${messageOf(thrown)}`)
  }
}

async function decide(
  keepers: readonly Keeper[],
  { word, fingerprint }: Exclude<CertificateDecision, { word: 'renew' }>,
): Promise<string> {
  let found: Certificate | undefined
  for (const keeper of keepers) {
    const certificate = await keeper.certificates[word](fingerprint)
    if (certificate && word === 'trust') keeper.retryReaders()
    found ??= certificate
  }
  if (!found) throw new Fault('config', 'not-found', `there is no certificate with the fingerprint ${fingerprint}`)
  return `"${commonName(found.subject)}" ${DONE[word]}`
}

const LATER = 'readers that are connected with it let go of it when they connect the next time'
const DONE = {
  trust: 'is trusted: readers that waited for it connect now',
  reject: `is rejected: ${LATER}`,
  forget: `is forgotten: ${LATER}`,
} as const

function renew(keepers: readonly Keeper[]): string {
  const renewed = keepers.filter(({ certificates }) => certificates.renew())
  if (renewed.length === 0) throw new Fault('config', 'not-found', 'there is no certificate of our own yet')
  for (const keeper of renewed) keeper.retryReaders()
  return 'the next reader that connects makes a new key and certificate, which the servers have to be told to trust'
}

function trustedRow({ certificate, by, met }: Trusted, now: number): TrustedCertificate {
  return { ...factsOf(certificate, now), by, authority: certificate.x509.ca, met }
}

function rejectedRow({ certificate, met }: Rejected, now: number): RejectedCertificate {
  const facts = factsOf(certificate, now)
  const own = new Set<string>(OWN)
  // What time does to it, it does meanwhile; where it was shown, only who met it knows.
  const elsewhere = met.flatMap(({ flaws }) => flaws.filter(({ code }) => !own.has(code)))
  const flaws = new Map([...elsewhere, ...facts.flaws].map((flaw) => [flaw.text, flaw]))
  return {
    ...facts,
    flaws: [...flaws.values()],
    met: met.map(({ reader, endpoint, since }) => ({ reader, endpoint, since })),
  }
}

/** The flaws that a certificate has by itself. */
const OWN = ['expired', 'not-yet-valid', 'weak-key', 'weak-signature'] as const satisfies Flaw['code'][]

function factsOf(certificate: Certificate, now: number, where?: string): CertificateFacts {
  const { fingerprint, subject, issuer, applicationUri, hosts, validFrom, validTo } = certificate
  return {
    fingerprint,
    subject,
    issuer,
    application_uri: applicationUri ?? null,
    hosts,
    valid_from: iso(validFrom),
    valid_to: iso(validTo),
    flaws: ownFlaws(certificate, now, where),
  }
}

function iso(time: number): string | null {
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
