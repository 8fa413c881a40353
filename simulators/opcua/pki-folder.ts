// The keys and certificates of a simulated server on disk, where node-opcua wants them: a private folder that goes with it.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OPCUACertificateManager } from 'node-opcua-certificate-manager'
import { crypto_utils } from 'node-opcua-client'
import type { Identity } from './certificates'

export class PkiFolder {
  readonly certificateFile: string
  readonly privateKeyFile: string
  readonly #path: string

  constructor() {
    this.#path = mkdtempSync(join(tmpdir(), 'opcua-device-'))
    this.certificateFile = join(this.#path, 'certificate.pem')
    this.privateKeyFile = join(this.#path, 'private-key.pem')
  }

  write({ certificatePem, privateKeyPem }: Identity): void {
    writeFileSync(this.certificateFile, certificatePem)
    writeFileSync(this.privateKeyFile, privateKeyPem, { mode: 0o600 })
    // node-opcua makes a key of its own for each store that has none, which costs time.
    for (const store of STORES) {
      const folder = join(this.#path, store, 'own', 'private')
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(join(folder, 'private_key.pem'), privateKeyPem, { mode: 0o600 })
    }
  }

  /** @param acceptUnknown whether a certificate that was never seen is good enough */
  async open(store: Store, acceptUnknown: boolean): Promise<OPCUACertificateManager> {
    const manager = new OPCUACertificateManager({
      rootFolder: join(this.#path, store),
      automaticallyAcceptUnknownCertificate: acceptUnknown,
      disableFileWatchers: true,
    })
    await manager.initialize()
    return manager
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true })
  }
}

const STORES = ['applications', 'users'] as const
/** Whose certificates: of applications at the other end, or of users. */
export type Store = (typeof STORES)[number]

/** What an operator does at the server: trusts all that was rejected so far. */
export async function trustRejected(manager: OPCUACertificateManager): Promise<number> {
  const rejected = readdirSync(manager.rejectedFolder).map((name) => join(manager.rejectedFolder, name))
  for (const file of rejected) {
    await manager.trustCertificate(crypto_utils.convertPEMtoDER(readFileSync(file, 'utf8')))
  }
  return rejected.length
}
