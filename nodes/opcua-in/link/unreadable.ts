// A response whose body cannot be decoded, as the library's callers see it: a refusal of the one request that it answers.

import { ServiceFault } from 'node-opcua-client'
import { StatusCodes } from 'node-opcua-status-code'
import { Fault } from '../../../lib/contract/fault'

/** The statuses that a client reports for what it cannot decode (OPC 10000-4, 7.38.2). */
const TOO_LARGE = StatusCodes.BadEncodingLimitsExceeded
const MALFORMED = StatusCodes.BadDecodingError

export class UnreadableAnswer extends ServiceFault {
  readonly fault: Fault

  /** @param why what decoding ended with */
  constructor(requestHandle: number, why: Fault) {
    const serviceResult = why.code === 'message-too-large' ? TOO_LARGE : MALFORMED
    super({ responseHeader: { requestHandle, serviceResult } })
    this.fault = new Fault('device', serviceResult.name, why.message, { cause: why })
  }
}

/** The reason for an error of the library, if an unreadable answer was that. */
export function unreadableFault(thrown: unknown): Fault | undefined {
  if (!(thrown instanceof Error) || !('response' in thrown)) return undefined
  return thrown.response instanceof UnreadableAnswer ? thrown.response.fault : undefined
}
