// The certificates of one supervisor's OPC UA readers, as files: own/identity.pem, trusted/ and rejected/<fingerprint>.der. Trusting
// a server is moving its file; a reader looks each time that it connects.

import { X509Certificate } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../lib/contract/fault'
import { applicationUriOf, fingerprintOf } from './certificates'

export type Identity = { applicationUri: string; certificatePem: string; privateKeyPem: string }
/** PEM of a new key, and of a certificate for this application. */
export type MakeIdentity = (applicationUri: string) => Promise<Omit<Identity, 'applicationUri'>>

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** A server that shows a new certificate each time must not fill the disk. */
const REJECTED_MAX = 100
const CERTIFICATE_MAX_BYTES = 64 * 1024

export class Pki {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Made at first need, and once: of several readers that start together one makes it, and all have that. */
  async identity(applicationUri: string, make: MakeIdentity): Promise<Identity> {
    const path = join(this.#make('own'), 'identity.pem')
    const known = readIdentity(path)
    if (known) return known
    const { certificatePem, privateKeyPem } = await make(applicationUri)
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, `${privateKeyPem.trim()}\n${certificatePem.trim()}\n`, { mode: FILE_MODE })
    try {
      // Unlike a renaming, a link never replaces what is there.
      linkSync(draft, path)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    } finally {
      rmSync(draft, { force: true })
    }
    const kept = readIdentity(path)
    if (kept) return kept
    throw new Fault(
      'config',
      'identity-broken',
      `${path} holds no key and certificate: remove it, and a new one is made`,
    )
  }

  /** DER of each. */
  trusted(): Buffer[] {
    return certificatesIn(this.#make('trusted'))
  }

  trust(certificate: Buffer): void {
    this.#put('trusted', certificate)
    rmSync(join(this.#make('rejected'), nameOf(certificate)), { force: true })
  }

  /** Kept for somebody who will look at it. */
  reject(certificate: Buffer): void {
    const known = readdirSync(this.#make('rejected'))
    if (known.length < REJECTED_MAX) this.#put('rejected', certificate)
  }

  #put(part: 'trusted' | 'rejected', certificate: Buffer): void {
    if (certificate.length > CERTIFICATE_MAX_BYTES) return
    writeFileSync(join(this.#make(part), nameOf(certificate)), certificate, { mode: FILE_MODE })
  }

  #make(part: 'own' | 'trusted' | 'rejected'): string {
    const path = join(this.#folder, part)
    mkdirSync(path, { recursive: true, mode: FOLDER_MODE })
    return path
  }
}

function nameOf(certificate: Buffer): string {
  return `${fingerprintOf(certificate)}.der`
}

function certificatesIn(folder: string): Buffer[] {
  return readdirSync(folder).flatMap((name) => {
    const certificate = readCertificate(join(folder, name))
    return certificate ? [certificate] : []
  })
}

/** DER of a file that somebody put there: DER or PEM. */
function readCertificate(path: string): Buffer | undefined {
  try {
    return new X509Certificate(readFileSync(path)).raw
  } catch {
    return undefined
  }
}

/** undefined for a file that is not there, or is none. */
function readIdentity(path: string): Identity | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const [certificatePem] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? []
    const [privateKeyPem] =
      /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/.exec(text) ?? []
    if (certificatePem === undefined || privateKeyPem === undefined) return undefined
    const applicationUri = applicationUriOf(new X509Certificate(certificatePem))
    return applicationUri === undefined ? undefined : { applicationUri, certificatePem, privateKeyPem }
  } catch {
    return undefined
  }
}
