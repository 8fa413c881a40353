// What lies in a folder of certificates, by name and content:
//   own/identity.pem             key and certificate of this computer
//   trusted/*                    certificates of servers and of issuers, DER or PEM, by whatever name
//   rejected/<fingerprint>.der   certificates that are not trusted, with who met them in <fingerprint>.json
//   first-use/<endpoint>.json    what a reader took at its first connecting, for this endpoint only
//   endpoints/<endpoint>.json    which certificate an endpoint was last talked to with
//   structures/<name>.json       not of certificates: what a reader knows of the types of its server

import { createHash } from 'node:crypto'
import { asOneOf, asRecord, asText } from '../contract/parse'
import { FLAW_CODES, type Flaw } from './flaws'

export type Part = 'own' | 'trusted' | 'rejected' | 'first-use' | 'endpoints' | 'structures'
export const IDENTITY_FILE = 'identity.pem'
export const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600
/** A server that shows a new certificate each time must not fill the disk. */
export const REJECTED_MAX = 100
/** Files of one folder that are looked at. */
export const FILES_MAX = 1000
/** Readers that are remembered with one certificate. */
const MEETINGS_MAX = 20
const TEXT_MAX = 1000

/** A reader has met a certificate. */
export type Meeting = { reader: string; endpoint: string /** ISO 8601 */; since: string; flaws: Flaw[] }
/** An endpoint was talked to with this one. */
export type Acquaintance = { reader: string; endpoint: string; since: string; fingerprint: string }
/** What was taken because it was the first; the certificate in DER. */
export type FirstUse = { reader: string; endpoint: string; since: string; certificate: Buffer }

export function certificateFile(fingerprint: string): string {
  return `${fingerprint}.der`
}
export function meetingsFile(fingerprint: string): string {
  return `${fingerprint}.json`
}

/** The same for all ways to write the same address. */
export function endpointFile(endpoint: string): string {
  const { hostname, port, pathname } = new URL(endpoint)
  const address = `${hostname.toLowerCase()}:${port || '4840'}${pathname.replace(/\/$/, '')}`
  return `${createHash('sha256').update(address).digest('hex').slice(0, 32)}.json`
}

/** Which this one is told by `reader` and `endpoint`; the oldest go where there are too many. */
export function withMeeting(meetings: readonly Meeting[], met: Meeting): Meeting[] {
  const before = meetings.find(({ reader, endpoint }) => reader === met.reader && endpoint === met.endpoint)
  const others = meetings.filter((meeting) => meeting !== before)
  return [...others, { ...met, since: before?.since ?? met.since }].slice(-MEETINGS_MAX)
}

export function parseMeetings(input: unknown): Meeting[] {
  if (!Array.isArray(input)) return []
  return input.slice(0, MEETINGS_MAX).flatMap((one): Meeting[] => {
    const common = parseCommon(one)
    const flaws: unknown = asRecord(one)?.flaws
    return common
      ? [{ ...common, flaws: Array.isArray(flaws) ? flaws.slice(0, FLAW_CODES.length).flatMap(parseFlaw) : [] }]
      : []
  })
}

export function parseAcquaintance(input: unknown): Acquaintance | undefined {
  const common = parseCommon(input)
  const fingerprint = asText(asRecord(input)?.fingerprint, 64)
  return common && fingerprint !== undefined ? { ...common, fingerprint } : undefined
}

export function firstUseJson({ certificate, ...common }: FirstUse): object {
  return { ...common, certificate: certificate.toString('base64') }
}
export function parseFirstUse(input: unknown): FirstUse | undefined {
  const common = parseCommon(input)
  const certificate = asText(asRecord(input)?.certificate, 100_000)
  return common && certificate !== undefined
    ? { ...common, certificate: Buffer.from(certificate, 'base64') }
    : undefined
}

function parseCommon(input: unknown): Omit<Meeting, 'flaws'> | undefined {
  const record = asRecord(input)
  const reader = asText(record?.reader, TEXT_MAX)
  const endpoint = asText(record?.endpoint, TEXT_MAX)
  const since = asText(record?.since, 40)
  return reader === undefined || endpoint === undefined || since === undefined ? undefined : { reader, endpoint, since }
}

function parseFlaw(input: unknown): Flaw[] {
  const record = asRecord(input)
  const code = asOneOf(record?.code, FLAW_CODES)
  const text = asText(record?.text, 4 * TEXT_MAX)
  return code === undefined || text === undefined ? [] : [{ code, text }]
}
