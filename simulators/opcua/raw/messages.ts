// Messages of OPC UA over TCP (Part 6, 6.7 and 7.1) without security, and the replies of the few services that a client
// needs to come to its first value (Part 4).

import * as binary from './binary'
import { array, bytes, int32, noDiagnostics, noExtension, Reader, string, uint32 } from './binary'

/** Numbers of the binary encodings of requests and their responses (Part 6, A.3). */
export const SERVICES = {
  OpenSecureChannel: [446, 449],
  GetEndpoints: [428, 431],
  CreateSession: [461, 464],
  ActivateSession: [467, 470],
  Read: [631, 634],
  CreateSubscription: [787, 790],
  CreateMonitoredItems: [751, 754],
  Publish: [826, 829],
  CloseSession: [473, 476],
} as const
export type Service = keyof typeof SERVICES

export type RawRequest = {
  service: Service
  requestId: number
  requestHandle: number
  /** Nodes to read, items to create. */
  count: number
}

const CHANNEL_ID = 7
const TOKEN_ID = 1
const TOKEN_LIFETIME_MS = 3_600_000
const SESSION_TIMEOUT_MS = 60_000
const SUBSCRIPTION_ID = 5
const PUBLISHING_MS = 100
const HEADER_LENGTH = 8
/** Of one chunk, as a client of node-opcua takes it. */
const BODY_MAX = 60_000
const NO_SECURITY = 'http://opcfoundation.org/UA/SecurityPolicy#None'
const BINARY_TRANSPORT = 'http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary'
const BAD_SERVICE_UNSUPPORTED = 0x800b0000
const SERVICE_FAULT = 397

/** @param size what the header claims; by itself the truth */
export function message(kind: string, content: Buffer, size = HEADER_LENGTH + content.length): Buffer {
  return Buffer.concat([Buffer.from(kind), uint32(size), content])
}

export function messageLength(head: Buffer): number | undefined {
  return head.length < HEADER_LENGTH ? undefined : head.readUInt32LE(4)
}

/** @param bufferSize of both directions */
export function acknowledge(bufferSize = 65_536): Buffer {
  return message('ACKF', Buffer.concat([0, bufferSize, bufferSize, 0, 0].map(uint32)))
}

/**
 * What every request begins with: its message and sequence headers (OPC 10000-6, 6.7.2), its type, and the RequestHeader (OPC 10000-4, 7.33) up
 * to the handle. `reader` stands behind the handle. Throws a RangeError for what is no request.
 */
export function openRequest(frame: Buffer): {
  reader: Reader
  requestId: number
  typeId: ReturnType<Reader['nodeId']>
  requestHandle: number
} {
  const reader = new Reader(frame)
  reader.skip(HEADER_LENGTH + 4)
  if (frame.toString('latin1', 0, 3) === 'OPN') for (let field = 0; field < 3; field++) reader.skipString()
  else reader.skip(4)
  reader.skip(4)
  const requestId = reader.uint32()
  const typeId = reader.nodeId()
  reader.nodeId()
  reader.skip(8)
  const requestHandle = reader.uint32()
  return { reader, requestId, typeId, requestHandle }
}

/** undefined for what is not understood: it is answered with a fault. Throws a RangeError for what is no request. */
export function parseRequest(
  frame: Buffer,
): RawRequest | { service: undefined; requestId: number; requestHandle: number } {
  const { reader, requestId, typeId, requestHandle } = openRequest(frame)
  const known = Object.entries(SERVICES).find(([, [request]]) => request === typeId)?.[0]
  const service = isService(known) ? known : undefined
  if (!service) return { service, requestId, requestHandle }
  if (service !== 'Read' && service !== 'CreateMonitoredItems') return { service, requestId, requestHandle, count: 0 }
  reader.skip(4)
  reader.skipString()
  reader.skip(4)
  reader.nodeId()
  reader.skip(1 + (service === 'Read' ? 8 + 4 : 4 + 4))
  return { service, requestId, requestHandle, count: reader.int32() }
}

function isService(name: string | undefined): name is Service {
  return name !== undefined && name in SERVICES
}

export type Surroundings = {
  endpointUrl: string
  /** The next one; each chunk takes one. */
  sequenceNumber(): number
  nowMs: number
  /** What a Read finds, encoded. */
  value: Buffer
  /** What a Publish brings (Part 4, 7.25), encoded; one that brings nothing waits for ever. */
  notifications: Buffer
  sessionTimeoutMs?: number | undefined
  tokenLifetimeMs?: number | undefined
  /** Goes into the response header (Part 4, 7.29), encoded. */
  diagnostics?: Buffer
}

type Asked = Pick<RawRequest, 'requestId' | 'requestHandle'>
type Chance = Pick<Surroundings, 'sequenceNumber' | 'nowMs' | 'diagnostics'>

/**
 * One chunk, or as many as it takes.
 * @param content what comes behind the header of the response
 */
export function response(
  { requestId, requestHandle }: Asked,
  { sequenceNumber, nowMs, diagnostics = noDiagnostics }: Chance,
  [typeId, content, result = 0]: readonly [typeId: number, content: Buffer, result?: number],
): Buffer {
  const security = Buffer.concat([uint32(CHANNEL_ID), uint32(TOKEN_ID)])
  const sequence = () => Buffer.concat([uint32(sequenceNumber()), uint32(requestId)])
  const body = Buffer.concat([
    binary.nodeId(typeId),
    responseHeader(requestHandle, { nowMs, diagnostics, result }),
    content,
  ])
  const chunks: Buffer[] = []
  for (let at = 0; at < body.length; at += BODY_MAX) {
    const kind = at + BODY_MAX < body.length ? 'MSGC' : 'MSGF'
    chunks.push(message(kind, Buffer.concat([security, sequence(), body.subarray(at, at + BODY_MAX)])))
  }
  return Buffer.concat(chunks)
}

/** The service is refused as a whole (Part 4, 7.35). */
export function serviceFault(asked: Asked, chance: Chance, status = BAD_SERVICE_UNSUPPORTED): Buffer {
  return response(asked, chance, [SERVICE_FAULT, Buffer.alloc(0), status])
}

function responseHeader(
  requestHandle: number,
  { nowMs, diagnostics, result }: { nowMs: number; diagnostics: Buffer; result: number },
): Buffer {
  return Buffer.concat([
    binary.dateTime(nowMs),
    uint32(requestHandle),
    uint32(result),
    diagnostics,
    int32(0),
    noExtension,
  ])
}

export function reply(request: ReturnType<typeof parseRequest>, surroundings: Surroundings): Buffer {
  const { requestId, requestHandle, service } = request
  if (!service) return serviceFault(request, surroundings)
  const [, typeId] = SERVICES[service]
  if (service !== 'OpenSecureChannel') {
    return response(request, surroundings, [typeId, resultOf(request, surroundings)])
  }
  const { nowMs, diagnostics = noDiagnostics, tokenLifetimeMs } = surroundings
  const security = Buffer.concat([uint32(CHANNEL_ID), string(NO_SECURITY), string(null), string(null)])
  const sequence = Buffer.concat([uint32(surroundings.sequenceNumber()), uint32(requestId)])
  const header = responseHeader(requestHandle, { nowMs, diagnostics, result: 0 })
  const body = [binary.nodeId(typeId), header, openedChannel(nowMs, tokenLifetimeMs)]
  return message('OPNF', Buffer.concat([security, sequence, ...body]))
}

function resultOf(request: RawRequest, surroundings: Surroundings): Buffer {
  const { endpointUrl, value, sessionTimeoutMs = SESSION_TIMEOUT_MS, nowMs, notifications } = surroundings
  switch (request.service) {
    case 'GetEndpoints':
      return array([endpoint(endpointUrl)])
    case 'CreateSession':
      return Buffer.concat([
        binary.nodeId(1001, 1),
        binary.nodeId(1002, 1),
        binary.double(sessionTimeoutMs),
        string(Buffer.alloc(32)),
        string(null),
        array([endpoint(endpointUrl)]),
        int32(0),
        string(null),
        string(null),
        uint32(0),
      ])
    case 'ActivateSession':
      return Buffer.concat([string(Buffer.alloc(32)), int32(0), int32(0)])
    case 'Read':
      return Buffer.concat([array(Array.from({ length: request.count }, () => value)), int32(0)])
    case 'CreateSubscription':
      return Buffer.concat([uint32(SUBSCRIPTION_ID), binary.double(PUBLISHING_MS), uint32(600), uint32(50)])
    case 'CreateMonitoredItems': {
      const result = Buffer.concat([uint32(0), uint32(1), binary.double(PUBLISHING_MS), uint32(1), noExtension])
      return Buffer.concat([array(Array.from({ length: request.count }, () => result)), int32(0)])
    }
    case 'Publish': {
      const head = [uint32(SUBSCRIPTION_ID), array([]), bytes(0), uint32(1), binary.dateTime(nowMs)]
      return Buffer.concat([...head, notifications, array([]), array([])])
    }
    default:
      return Buffer.alloc(0)
  }
}

function openedChannel(nowMs: number, lifetimeMs = TOKEN_LIFETIME_MS): Buffer {
  const token = [uint32(CHANNEL_ID), uint32(TOKEN_ID), binary.dateTime(nowMs), uint32(lifetimeMs)]
  return Buffer.concat([uint32(0), ...token, string(null)])
}

function endpoint(url: string): Buffer {
  const application = [string('urn:raw'), string('urn:raw'), binary.localizedText('Raw'), int32(0)]
  const policy = [string('anonymous'), int32(0), string(null), string(null), string(null)]
  return Buffer.concat([
    string(url),
    ...application,
    string(null),
    string(null),
    array([string(url)]),
    string(null),
    int32(1),
    string(NO_SECURITY),
    array([Buffer.concat(policy)]),
    string(BINARY_TRANSPORT),
    bytes(0),
  ])
}
