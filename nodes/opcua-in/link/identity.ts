// A key and a certificate for this application.

import { crypto_utils } from 'node-opcua-client'
import type { MakeIdentity } from '../identity'
import { APPLICATION_NAME } from './client'

export const makeIdentity: MakeIdentity = async (applicationUri) => {
  const { privateKey } = await crypto_utils.generateKeyPair(2048)
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey,
    subject: `/CN=${APPLICATION_NAME}`,
    applicationUri,
    dns: [applicationUri.split(':')[1] ?? 'localhost'],
    notBefore: new Date(Date.now() - 86_400_000),
    validity: 3650,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  })
  const { privPem } = await crypto_utils.privateKeyToPEM(privateKey)
  return { certificatePem: cert, privateKeyPem: privPem }
}
