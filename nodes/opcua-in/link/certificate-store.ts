// Whom the library may trust: the one server that was judged before.

import { type OPCUAClientOptions, StatusCodes } from 'node-opcua-client'

type CertificateStore = Extract<NonNullable<OPCUAClientOptions['clientCertificateManager']>, { addIssuer: unknown }>

/** The server's certificate was judged before: this one and no other. */
export function onlyOne(certificate: Buffer | undefined): CertificateStore {
  const isIt = (shown: Buffer | Buffer[]): boolean =>
    certificate !== undefined && Buffer.concat(Array.isArray(shown) ? shown : [shown]).equals(certificate)
  const statusOf = (shown: Buffer | Buffer[]) => (isIt(shown) ? StatusCodes.Good : StatusCodes.BadCertificateUntrusted)
  return {
    referenceCounter: 0,
    initialize: async () => {},
    dispose: async () => {},
    checkCertificate: async (shown: Buffer | Buffer[]) => statusOf(shown),
    // asked of our own one only, which nobody has to trust here
    verifyCertificate: async () => 'Good',
    trustCertificate: async () => {},
    rejectCertificate: async () => {},
    getTrustStatus: async (shown: Buffer) => statusOf(shown),
    addIssuer: async () => {},
    addRevocationList: async () => {},
  }
}
