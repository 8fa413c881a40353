// Why a question was not answered, as it travels from a child to whoever asked: a Fault without its stack.

import { cleanText } from './clean-text'
import { FAULT_KINDS, Fault, type FaultKind } from './fault'
import { CONTROL_TEXT_MAX } from './limits'
import { asOneOf, asRecord, asText } from './parse'

export type Refusal = { kind: FaultKind; code: string; message: string }

const CODE_MAX = 100
/** UTF-16 units, of up to three bytes each. */
const MESSAGE_MAX = Math.floor(CONTROL_TEXT_MAX / 3)

export function refusalOf({ kind, code, message }: Fault): Refusal {
  return { kind, code: code.slice(0, CODE_MAX), message: message.slice(0, MESSAGE_MAX) }
}

/** The Fault that a child meant; a text is one of a process that gives no reasons. */
export function parseRefusal(input: unknown): Fault {
  if (typeof input === 'string') return new Fault('device', 'failed', cleanText(input.slice(0, MESSAGE_MAX)))
  const record = asRecord(input)
  const kind = asOneOf(record?.kind, FAULT_KINDS)
  const code = asText(record?.code, CODE_MAX)
  const message = asText(record?.message, MESSAGE_MAX)
  if (kind === undefined || code === undefined || message === undefined) {
    return new Fault('device', 'failed', 'the process could not answer')
  }
  return new Fault(kind, code, cleanText(message))
}
