// Certificates for simulated servers, their clients and users: good ones, and each of the ways in which one can be wrong.
// Made with what node-opcua brings, so that no openssl is needed.

import { crypto_utils } from 'node-opcua-client'

export const CERTIFICATE_FLAWS = [
  'none',
  'expired',
  'not-yet-valid',
  'wrong-host',
  'wrong-uri',
  'unknown-issuer',
] as const
export type CertificateFlaw = (typeof CERTIFICATE_FLAWS)[number]

/** What an application shows and what proves that it is its own. */
export type Identity = { certificatePem: string; privateKeyPem: string }

export type CertificateWish = {
  commonName: string
  /** The certificate says that it belongs to this application (OPC UA Part 6, 6.2.2). */
  applicationUri: string
  flaw?: CertificateFlaw
  /** Another name, another key. */
  keyName?: string
}

const DAY_MS = 86_400_000
const SIGNATURE = { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' } } as const

/** A key costs up to a second on a small machine: one a name and process. */
const keyPairs = new Map<string, Promise<KeyPair>>()
type KeyPair = Awaited<ReturnType<typeof crypto_utils.generateKeyPair>>

/** The same wish gets the same certificate, so that it can be known. */
const identities = new Map<string, Promise<Identity>>()

export function identityOf(wish: CertificateWish): Promise<Identity> {
  const { commonName, applicationUri, flaw = 'none', keyName = 'device' } = wish
  return once(identities, [commonName, applicationUri, flaw, keyName].join('\n'), () => makeIdentity(wish))
}

async function makeIdentity(wish: CertificateWish): Promise<Identity> {
  const { commonName, applicationUri, flaw, keyName = 'device' } = wish
  const { privateKey } = await keyPair(keyName)
  const subject = `/CN=${commonName}/O=Simulated`
  const names = flaw === 'wrong-host' ? { dns: ['somewhere.invalid'] } : { dns: ['localhost'], ip: ['127.0.0.1'] }
  const claims = {
    ...names,
    ...validity(flaw),
    applicationUri: flaw === 'wrong-uri' ? `${applicationUri}:of-another` : applicationUri,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  }
  const { cert } =
    flaw === 'unknown-issuer'
      ? await signByAuthority(privateKey, subject, claims)
      : await crypto_utils.createSelfSignedCertificate({ privateKey, subject, ...claims })
  const { privPem } = await crypto_utils.privateKeyToPEM(privateKey)
  return { certificatePem: cert, privateKeyPem: privPem }
}

type Claims = Pick<
  Parameters<typeof crypto_utils.createCertificateFromCsr>[0],
  'dns' | 'ip' | 'notBefore' | 'notAfter' | 'applicationUri' | 'purpose'
>

/** By one that nobody has been told of: its own certificate is never handed out. */
async function signByAuthority(privateKey: KeyPair['privateKey'], subject: string, claims: Claims) {
  const { csr } = await crypto_utils.createCertificateSigningRequest({ privateKey, subject, ...claims })
  const authority = await keyPair('authority')
  return crypto_utils.createCertificateFromCsr({
    csr,
    issuerName: 'CN=Unknown authority',
    issuerPublicKey: authority.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: SIGNATURE,
    ...claims,
  })
}

function validity(flaw: CertificateFlaw | undefined): { notBefore: Date; notAfter: Date } {
  const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS)
  switch (flaw) {
    case 'expired':
      return { notBefore: daysFromNow(-400), notAfter: daysFromNow(-30) }
    case 'not-yet-valid':
      return { notBefore: daysFromNow(30), notAfter: daysFromNow(400) }
    default:
      return { notBefore: daysFromNow(-1), notAfter: daysFromNow(365) }
  }
}

function keyPair(name: string): Promise<KeyPair> {
  return once(keyPairs, name, () => crypto_utils.generateKeyPair(2048))
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(name)
  if (found) return found
  const made = make()
  known.set(name, made)
  return made
}
