// The certificates of one supervisor's readers as an operator sees and changes them. Readers look into the same folder each time
// that they connect; what lies in it is what counts, and may have been put there by anybody.

import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, parseCertificate } from '../../lib/pki/certificate'
import { certificatesIn, makePart, namesIn, readSmallFile, readSmallJson, replaceWhole } from '../../lib/pki/files'
import {
  type Acquaintance,
  certificateFile,
  type FirstUse,
  IDENTITY_FILE,
  type Meeting,
  meetingsFile,
  type Part,
  parseAcquaintance,
  parseFirstUse,
  parseMeetings,
} from '../../lib/pki/records'

export type Trusted = {
  certificate: Certificate
  /** Everywhere, or only at the endpoints where it was the first. */
  by: 'operator' | 'first-use'
  met: Omit<Meeting, 'flaws'>[]
}
export type Rejected = { certificate: Certificate; met: Meeting[] }
export type Stored = {
  own: Certificate | undefined
  trusted: Trusted[]
  rejected: Rejected[]
  /** There are more files than are looked at. */
  more: boolean
}

type Named<T> = { name: string; record: T }

/** Its place in a supervisor's folder; readers with certificates name it in their specs. */
export const CERTIFICATES_FOLDER = 'pki'

export class CertificateStore {
  readonly #folder: string
  /** What changes the folder comes one after the other. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  async list(): Promise<Stored> {
    const explicit = await certificatesIn(this.#path('trusted'))
    const refused = await certificatesIn(this.#path('rejected'))
    const pins = await this.#firstUses()
    const known = await this.#acquaintances()
    const trusted = new Map<string, Trusted>()
    for (const { certificate } of explicit.files)
      trusted.set(certificate.fingerprint, { certificate, by: 'operator', met: [] })
    for (const { record } of pins) {
      const certificate = parseCertificate(record.certificate)
      if (!certificate) continue
      const { reader, endpoint, since } = record
      const entry = trusted.get(certificate.fingerprint) ?? { certificate, by: 'first-use', met: [] }
      trusted.set(certificate.fingerprint, entry)
      if (entry.by === 'first-use') entry.met.push({ reader, endpoint, since })
    }
    for (const { record } of known) {
      const { fingerprint, ...met } = record
      const entry = trusted.get(fingerprint)
      if (entry?.by === 'operator') entry.met.push(met)
    }
    const rejected: Rejected[] = []
    for (const { certificate } of refused.files) {
      // A reader that had not yet heard of the trust may have put it there again.
      if (trusted.has(certificate.fingerprint)) continue
      const met = parseMeetings(await readSmallJson(this.#path('rejected', meetingsFile(certificate.fingerprint))))
      rejected.push({ certificate, met })
    }
    return { own: await this.own(), trusted: [...trusted.values()], rejected, more: explicit.more || refused.more }
  }

  /** Our own; the key beside it never leaves this function. */
  async own(): Promise<Certificate | undefined> {
    const text = (await readSmallFile(this.#path('own', IDENTITY_FILE)))?.toString('utf8') ?? ''
    const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? []
    return pem === undefined ? undefined : parseCertificate(pem)
  }

  /** Everywhere, from the next connecting on. undefined = nobody has met such a certificate. */
  trust(fingerprint: string): Promise<Certificate | undefined> {
    return this.#inTurn(async () => {
      const certificate = await this.#find(fingerprint)
      if (!certificate) return undefined
      replaceWhole(join(makePart(this.#folder, 'trusted'), certificateFile(fingerprint)), certificate.der)
      this.#removeRejected(fingerprint)
      return certificate
    })
  }

  /** No more trusted from the next connecting on, also not for being the first; kept among the rejected ones. */
  reject(fingerprint: string): Promise<Certificate | undefined> {
    return this.#inTurn(async () => {
      const certificate = await this.#find(fingerprint)
      if (!certificate) return undefined
      replaceWhole(join(makePart(this.#folder, 'rejected'), certificateFile(fingerprint)), certificate.der)
      await this.#removeTrusted(fingerprint)
      return certificate
    })
  }

  /** As if nobody had ever met it. */
  forget(fingerprint: string): Promise<Certificate | undefined> {
    return this.#inTurn(async () => {
      const certificate = await this.#find(fingerprint)
      if (!certificate) return undefined
      await this.#removeTrusted(fingerprint)
      this.#removeRejected(fingerprint)
      for (const { name, record } of await this.#acquaintances()) {
        if (record.fingerprint === fingerprint) this.#remove('endpoints', name)
      }
      return certificate
    })
  }

  /** Sets our own aside, so that the next reader that connects makes a new one. false = there is none. */
  renew(): boolean {
    const path = this.#path('own', IDENTITY_FILE)
    if (!existsSync(path)) return false
    renameSync(path, `${path}.replaced`)
    return true
  }

  async #find(fingerprint: string): Promise<Certificate | undefined> {
    for (const part of ['rejected', 'trusted'] as const) {
      const bytes = await readSmallFile(this.#path(part, certificateFile(fingerprint)))
      const certificate = bytes && parseCertificate(bytes)
      // A name of a file says nothing about what is in it.
      if (certificate?.fingerprint === fingerprint) return certificate
    }
    const pinned = (await this.#firstUses()).map(({ record }) => parseCertificate(record.certificate))
    const others = [...(await this.#filesOf('trusted')), ...(await this.#filesOf('rejected'))]
    return [...pinned, ...others.map(({ certificate }) => certificate)].find((one) => one?.fingerprint === fingerprint)
  }

  async #filesOf(part: Part) {
    return (await certificatesIn(this.#path(part))).files
  }

  async #removeTrusted(fingerprint: string): Promise<void> {
    this.#remove('trusted', certificateFile(fingerprint))
    for (const { name, certificate } of await this.#filesOf('trusted')) {
      if (certificate.fingerprint === fingerprint) this.#remove('trusted', name)
    }
    for (const { name, record } of await this.#firstUses()) {
      if (parseCertificate(record.certificate)?.fingerprint === fingerprint) this.#remove('first-use', name)
    }
  }

  #removeRejected(fingerprint: string): void {
    for (const name of [certificateFile(fingerprint), meetingsFile(fingerprint)]) this.#remove('rejected', name)
  }

  #firstUses(): Promise<Named<FirstUse>[]> {
    return this.#records('first-use', parseFirstUse)
  }
  #acquaintances(): Promise<Named<Acquaintance>[]> {
    return this.#records('endpoints', parseAcquaintance)
  }

  async #records<T>(part: Part, parse: (input: unknown) => T | undefined): Promise<Named<T>[]> {
    const { names } = await namesIn(this.#path(part))
    const records: Named<T>[] = []
    for (const name of names) {
      const record = parse(await readSmallJson(this.#path(part, name)))
      if (record) records.push({ name, record })
    }
    return records
  }

  /** `name` is one that the folder itself gave, or made of a fingerprint. */
  #remove(part: Part, name: string): void {
    rmSync(this.#path(part, name), { force: true })
  }

  #path(part: Part, ...names: string[]): string {
    return join(this.#folder, part, ...names)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work)
    this.#tail = done.catch(() => {})
    return done
  }
}
