// Certificates for simulated servers, their clients and users: good ones, and each of the ways in which one can be wrong.
// Made with what node-opcua brings, so that no openssl is needed.

import { sign, X509Certificate } from 'node:crypto'
import { crypto_utils } from 'node-opcua-client'

export const CERTIFICATE_FLAWS = [
  'none',
  'expired',
  'not-yet-valid',
  'wrong-host',
  'wrong-uri',
  'unknown-issuer',
  'intermediate-issuer',
  'weak-key',
  'weak-signature',
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
  const { privateKey } = await (flaw === 'weak-key' ? keyPair(`${keyName} weak`, 1024) : keyPair(keyName))
  const subject = `/CN=${commonName}/O=Simulated`
  const names = flaw === 'wrong-host' ? { dns: ['somewhere.invalid'] } : { dns: ['localhost'], ip: ['127.0.0.1'] }
  const claims = {
    ...names,
    ...validity(flaw),
    applicationUri: flaw === 'wrong-uri' ? `${applicationUri}:of-another` : applicationUri,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  }
  const { privPem } = await crypto_utils.privateKeyToPEM(privateKey)
  const certificatePem = await signed(flaw, { privateKey, subject, ...claims })
  return {
    certificatePem: flaw === 'weak-signature' ? signedWithSha1(certificatePem, privPem) : certificatePem,
    privateKeyPem: privPem,
  }
}

/** PEM, with those of issuers that the server shows too. */
async function signed(flaw: CertificateFlaw | undefined, wish: Wish): Promise<string> {
  if (flaw === 'unknown-issuer') return signBy(AUTHORITY, wish)
  if (flaw === 'intermediate-issuer') return `${await signBy(INTERMEDIATE, wish)}\n${await intermediateCertificate()}`
  return (await crypto_utils.createSelfSignedCertificate(wish)).cert
}

/** The same, signed anew: the two algorithms (RFC 8017, A.2.4) have names of one length, and signatures, too. */
function signedWithSha1(pem: string, privateKeyPem: string): string {
  const der = Buffer.from(new X509Certificate(pem).raw)
  const names = [Buffer.from('2a864886f70d01010b', 'hex'), Buffer.from('2a864886f70d010105', 'hex')] as const
  for (let at = der.indexOf(names[0]); at >= 0; at = der.indexOf(names[0])) names[1].copy(der, at)
  // what is signed is the first element in the outer one, each with a head of four bytes
  const content = der.subarray(4, 8 + der.readUInt16BE(6))
  const signature = sign('sha1', content, privateKeyPem)
  signature.copy(der, der.length - signature.length)
  return new X509Certificate(der).toString()
}

const AUTHORITY = 'Unknown authority'
const INTERMEDIATE = 'Intermediate authority'

/** PEM of the one that signs for `unknown-issuer`, and `intermediate-issuer` in the end: no server shows it. */
export function authorityCertificate(): Promise<string> {
  return once(authorities, AUTHORITY, async () => {
    const { privateKey } = await keyPair(AUTHORITY)
    return (await crypto_utils.createSelfSignedCertificate(authorityOf(AUTHORITY, privateKey))).cert
  })
}

function intermediateCertificate(): Promise<string> {
  return once(authorities, INTERMEDIATE, async () => {
    const { privateKey } = await keyPair(INTERMEDIATE)
    return signBy(AUTHORITY, authorityOf(INTERMEDIATE, privateKey))
  })
}

const authorities = new Map<string, Promise<string>>()

function authorityOf(name: string, privateKey: KeyPair['privateKey']): Wish {
  const purpose = crypto_utils.CertificatePurpose.ForCertificateAuthority
  return { privateKey, subject: `/CN=${name}`, ...validity(undefined), purpose }
}

type Wish = { privateKey: KeyPair['privateKey']; subject: string } & Pick<
  Parameters<typeof crypto_utils.createCertificateFromCsr>[0],
  'dns' | 'ip' | 'notBefore' | 'notAfter' | 'applicationUri' | 'purpose'
>

async function signBy(issuer: string, wish: Wish): Promise<string> {
  const { csr } = await crypto_utils.createCertificateSigningRequest(wish)
  const { publicKey, privateKey: signingKey } = await keyPair(issuer)
  const { cert } = await crypto_utils.createCertificateFromCsr({
    ...wish,
    csr,
    issuerName: `CN=${issuer}`,
    issuerPublicKey: publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
  })
  return cert
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

function keyPair(name: string, bits: 1024 | 2048 = 2048): Promise<KeyPair> {
  return once(keyPairs, name, () => crypto_utils.generateKeyPair(bits))
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(name)
  if (found) return found
  const made = make()
  known.set(name, made)
  return made
}
