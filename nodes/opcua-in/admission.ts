// Admits a server by the certificate that it shows, or says in words what an operator has to do.

import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { type Certificate, describeCertificate, parseCertificate } from '../../lib/pki/certificate'
import type { Flaw } from '../../lib/pki/flaws'
import { judge, type Verdict } from './certificates'
import type { Endpoint } from './endpoints'
import { folderFault, type Pki, type Place } from './pki'

export type AdmissionParts = {
  pki: Pki
  place: Place
  /** Whether a certificate that was never seen is good enough. */
  trust: 'reject' | 'first-use'
  tell(level: LogLevel, text: string): void
  /** ms since the epoch */
  now(): number
}

/** Throws a Fault of kind `link` for a server that is not trusted. */
export async function admit(shown: Pick<Endpoint, 'certificate' | 'applicationUri'>, parts: AdmissionParts) {
  try {
    await admitOrThrow(shown, parts)
  } catch (thrown) {
    throw folderFault(parts.pki.folder, thrown)
  }
}

async function admitOrThrow(
  { certificate: shown, applicationUri }: Pick<Endpoint, 'certificate' | 'applicationUri'>,
  { pki, place, trust, tell, now }: AdmissionParts,
): Promise<void> {
  if (!shown) throw new Fault('link', 'no-certificate', 'the server shows no certificate: its endpoint is broken')
  const { certificates: trusted, more } = await pki.trusted()
  if (more) tell('warn', `there are more trusted certificates than are looked at: remove some from ${pki.folder}`)
  // In this order: another reader that is just taking the first writes that before it remembers the endpoint.
  const known = await pki.before(place)
  const firstUse = await pki.firstUse(place)
  const before = known ?? (firstUse && parseCertificate(firstUse)?.fingerprint)
  const { hostname: host } = new URL(place.endpoint)
  const verdict = judge({ shown, host, applicationUri, trusted, firstUse, before, now: now() })
  if (verdict.kind === 'unreadable') {
    const text = 'the server shows a certificate that cannot be read: make a new one at the server'
    throw new Fault('link', 'certificate-unreadable', text)
  }
  const { certificate, flaws } = verdict
  if (verdict.kind === 'trusted') {
    if (flaws.length > 0) tell('warn', `the certificate of the server is trusted, but ${wordsOf(flaws)}`)
    if (before !== undefined && before !== certificate.fingerprint) {
      tell('info', `the server shows a new certificate, which is trusted: ${describeCertificate(certificate)}`)
    }
    if (known !== certificate.fingerprint) pki.remember(place, certificate, now())
    return
  }
  if (trust === 'first-use' && before === undefined && isRightInAll(verdict)) {
    if (pki.takeFirst(place, certificate, now())) {
      pki.remember(place, certificate, now())
      tell(
        'warn',
        `this certificate is trusted at ${place.endpoint}, being the first: ${describeCertificate(certificate)}`,
      )
      return
    }
    // Another reader of this endpoint was quicker: what it took is known now.
    return admitOrThrow({ certificate: shown, applicationUri }, { pki, place, trust: 'reject', tell, now })
  }
  await pki.reject(place, certificate, flaws, now())
  throw refusal(verdict.kind, certificate, flaws)
}

/** First use vouches for nothing but that it was the first: it does not make up for a flaw. */
function isRightInAll({ kind, flaws }: Exclude<Verdict, { kind: 'unreadable' }>): boolean {
  return kind === 'unknown' && flaws.every(({ code }) => code === 'issuer-unknown')
}

const COMPARE = "Compare this fingerprint with the server's own, and trust it if it is the right one"

function refusal(kind: 'unknown' | 'changed' | 'flawed', certificate: Certificate, flaws: Flaw[]): Fault {
  const whose = describeCertificate(certificate)
  const mind = flaws.length === 0 ? '' : `. Mind: ${wordsOf(flaws)}`
  switch (kind) {
    case 'unknown':
      return fault('certificate-unknown', `the certificate of the server is not trusted: ${whose}. ${COMPARE}${mind}`)
    case 'changed':
      return fault(
        'certificate-changed',
        `the server shows another certificate than the one trusted: ${whose}. ${COMPARE}${mind}`,
      )
    default:
      return fault(
        'certificate-flawed',
        `the certificate of the server comes from a trusted issuer, but ${wordsOf(flaws)}: ${whose}. ` +
          'Who wants it all the same may trust it itself',
      )
  }
}

function fault(code: string, text: string): Fault {
  return new Fault('link', code, text)
}

function wordsOf(flaws: readonly Flaw[]): string {
  return flaws.map(({ text }) => text).join('; ')
}
