// The REST routes of certificates: which there are, whom to trust, and our own for the servers' lists.

import type { NodeAPI } from 'node-red'
import { Fault } from '../../../lib/contract/fault'
import { asRecord, asText } from '../../../lib/contract/parse'
import { parseFingerprint } from '../../../lib/pki/certificate'
import { CERTIFICATE_WORDS, type CertificateDecision } from '../certificates'
import type { Fleet } from '../face'
import { type Mount, unknownSupervisor } from './database-routes'
import type { Request } from './guard'
import { errorReply, type Reply } from './reply'

const NAME_MAX = 1000
const FORMAT_MAX = 10
/** With colons between its bytes. */
const FINGERPRINT_MAX = 100

export function mountCertificateRoutes(RED: NodeAPI, fleet: Fleet, get: Mount, post: Mount): void {
  get('/certificates', ({ query }) => certificates(fleet, asText(query.supervisor, NAME_MAX)), {
    once: ['supervisor'],
  })
  get(
    '/certificates/own',
    ({ query }) => own(fleet, asText(query.supervisor, NAME_MAX), asText(query.format, FORMAT_MAX)),
    { once: ['supervisor', 'format'] },
  )
  for (const word of [...CERTIFICATE_WORDS, 'renew'] as const) {
    post(`/certificates/${word}`, (req) => decide(RED, fleet, word, req), { members: ['supervisor', 'fingerprint'] })
  }
}

async function certificates(fleet: Fleet, supervisor: string | undefined): Promise<Reply> {
  return unknownSupervisor(fleet, supervisor) ?? { status: 200, body: await fleet.certificates(supervisor) }
}

/** DER, which all servers take, or PEM: never the key. */
async function own(fleet: Fleet, supervisor: string | undefined, format = 'der'): Promise<Reply> {
  if (supervisor === undefined) return errorReply('bad-request', 'whose? Give ?supervisor=, the name of a supervisor')
  if (format !== 'der' && format !== 'pem') return errorReply('bad-request', 'format must be der or pem')
  const unknown = unknownSupervisor(fleet, supervisor)
  if (unknown) return unknown
  const pem = Object.values(await fleet.certificates(supervisor))[0]?.own?.pem
  if (pem === undefined) {
    const advice = 'it is made when a reader with security connects for the first time'
    return errorReply('not-found', `there is no certificate of our own yet: ${advice}`)
  }
  const file = { name: `node-red-collectors.${format}`, type: MEDIA_TYPES[format] }
  return { status: 200, body: format === 'pem' ? Buffer.from(pem) : derOf(pem), file }
}

/** RFC 2585, RFC 8555 */
const MEDIA_TYPES = { der: 'application/pkix-cert', pem: 'application/pem-certificate-chain' } as const

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
}

async function decide(RED: NodeAPI, fleet: Fleet, word: CertificateDecision['word'], req: Request): Promise<Reply> {
  const decision = parseDecision(word, req.body)
  if (!decision) {
    const fingerprint = ', fingerprint }: the SHA-256 of a certificate, 64 hexadecimal digits, and'
    return errorReply(
      'bad-request',
      `expected { supervisor${word === 'renew' ? ' }:' : fingerprint} a supervisor's name`,
    )
  }
  const unknown = unknownSupervisor(fleet, decision.supervisor)
  if (unknown) return unknown
  const { word: what, ...about } = decision
  const entry = { level: RED.log.AUDIT, event: 'collectors.certificates', decision: what, ...about }
  RED.log.audit(entry, req)
  try {
    return { status: 200, body: { message: await fleet.decideCertificate(decision) } }
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.code === 'not-found' || thrown.code === 'failed')) {
      return errorReply(thrown.code, thrown.message)
    }
    throw thrown
  }
}

function parseDecision(word: CertificateDecision['word'], body: unknown): CertificateDecision | undefined {
  const record = asRecord(body)
  const supervisor = asText(record?.supervisor, NAME_MAX)
  if (supervisor === undefined) return undefined
  if (word === 'renew') return { word, supervisor }
  const fingerprint = parseFingerprint(asText(record?.fingerprint, FINGERPRINT_MAX) ?? '')
  return fingerprint === undefined ? undefined : { word, supervisor, fingerprint }
}
