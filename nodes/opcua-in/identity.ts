// Who we are to servers: one key and certificate for all readers of a supervisor, made by the first that needs them.

import { createHash, createPrivateKey } from 'node:crypto'
import { chmodSync, lstatSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import { dayOf, parseCertificate } from '../../lib/pki/certificate'
import { makePart, readSmallFile, writeOnce } from '../../lib/pki/files'
import { FILE_MODE, IDENTITY_FILE } from '../../lib/pki/records'
import { folderFault } from './pki'

export type Identity = { applicationUri: string; certificatePem: string; privateKeyPem: string }
/** PEM of a new key, and of a certificate for this application. */
export type MakeIdentity = (applicationUri: string) => Promise<Omit<Identity, 'applicationUri'>>

export type IdentityParts = {
  folder: string
  /** Of a new one. That of one which is there stays, also when this computer is renamed: servers know it by that. */
  applicationUri: string
  make: MakeIdentity
  tell(level: LogLevel, text: string): void
  /** ms since the epoch */
  now: number
}

/** So long before its end it is spoken of, ms. */
const NOTICE_MS = 30 * 86_400_000

/**
 * Made at first need, and once: of several readers that start together one makes it, and all have that. One that has expired
 * is used on: many servers do not mind, and none would know a new one. One that cannot be used is set aside.
 */
export async function ownIdentity(parts: IdentityParts): Promise<Identity> {
  try {
    return await readOrMake(parts)
  } catch (thrown) {
    throw folderFault(parts.folder, thrown)
  }
}

async function readOrMake(parts: IdentityParts): Promise<Identity> {
  const path = join(makePart(parts.folder, 'own'), IDENTITY_FILE)
  const identity = (await known(path, parts)) ?? (await made(path, parts))
  const { validTo = NaN } = parseCertificate(identity.certificatePem) ?? {}
  if (validTo - parts.now < NOTICE_MS) {
    const verb = validTo < parts.now ? 'expired' : 'expires'
    const advice = 'have a new one made (renew), then trust that at the servers'
    parts.tell('warn', `our own certificate ${verb} on ${dayOf(validTo)}: ${advice}`)
  }
  return identity
}

async function known(path: string, { tell }: IdentityParts): Promise<Identity | undefined> {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  const bytes = await readSmallFile(path)
  if (!bytes) {
    if (!lstatSync(path, { throwIfNoEntry: false })) return undefined
    const advice = 'see that it is a plain file which the user of Node-RED may read'
    throw new Fault('link', 'identity-unreadable', `our own key and certificate in ${path} cannot be read: ${advice}`)
  }
  if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32') {
    chmodSync(path, FILE_MODE)
    tell('warn', `${path} could be read by others: now it is for its owner only`)
  }
  const identity = parseIdentity(bytes.toString('utf8'))
  if (identity) return identity
  return setAside(path, bytes, tell)
}

/** Several may do so at the same time: one that took away what another has just made puts it back. */
async function setAside(path: string, broken: Buffer, tell: IdentityParts['tell']): Promise<Identity | undefined> {
  const aside = `${path}.broken-${createHash('sha256').update(broken).digest('hex').slice(0, 12)}`
  try {
    renameSync(path, aside)
  } catch {
    // Another one was quicker.
    return undefined
  }
  const moved = (await readSmallFile(aside)) ?? broken
  const identity = parseIdentity(moved.toString('utf8'))
  if (identity) {
    writeOnce(path, moved)
    return identity
  }
  const what = `our own key and certificate in ${path} cannot be used: they were set aside as ${aside}`
  tell('error', `${what}, and new ones are made, which the servers have to be told to trust`)
  return undefined
}

async function made(path: string, { applicationUri, make }: IdentityParts): Promise<Identity> {
  const { certificatePem, privateKeyPem } = await make(applicationUri)
  writeOnce(path, `${privateKeyPem.trim()}\n${certificatePem.trim()}\n`)
  const kept = parseIdentity((await readSmallFile(path))?.toString('utf8') ?? '')
  if (kept) return kept
  throw new Fault('link', 'identity-broken', `${path} holds no key and certificate: remove it, and new ones are made`)
}

/** undefined unless key and certificate belong together, and the certificate names an application. */
function parseIdentity(text: string): Identity | undefined {
  const [certificatePem] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? []
  const [privateKeyPem] =
    /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/.exec(text) ?? []
  if (certificatePem === undefined || privateKeyPem === undefined) return undefined
  const certificate = parseCertificate(certificatePem)
  if (certificate?.applicationUri === undefined) return undefined
  try {
    if (!certificate.x509.checkPrivateKey(createPrivateKey(privateKeyPem))) return undefined
  } catch {
    return undefined
  }
  return { applicationUri: certificate.applicationUri, certificatePem, privateKeyPem }
}
