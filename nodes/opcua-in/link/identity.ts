// A key and a certificate for this application.

import type { MakeIdentity } from '../identity'
import { APPLICATION_NAME } from './client'

export const makeIdentity: MakeIdentity = async (applicationUri) => {
  // A megabyte that is needed once: the build keeps it apart (lean.mjs).
  const maker = await import('node-opcua-crypto/web')
  const { privateKey } = await maker.generateKeyPair(2048)
  const { cert } = await maker.createSelfSignedCertificate({
    privateKey,
    subject: `/CN=${APPLICATION_NAME}`,
    applicationUri,
    dns: [applicationUri.split(':')[1] ?? 'localhost'],
    notBefore: new Date(Date.now() - 86_400_000),
    validity: 3650,
    purpose: maker.CertificatePurpose.ForApplication,
  })
  const { privPem } = await maker.privateKeyToPEM(privateKey)
  return { certificatePem: cert, privateKeyPem: privPem }
}
