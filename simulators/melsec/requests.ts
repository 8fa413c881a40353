// What comes in at a port of a PLC, cut into requests: a port knows its encoding and the frames that it understands.

import type { RequestCutter } from '../faults/passage'
import { is1E, messageLength1E } from './a-frame'
import { layoutOf, messageLength, subheaders } from './qna-frame'
import type { Encoding, Frame } from './series'

export type PortSettings = { encoding: Encoding; frames: readonly Frame[] }

/**
 * The frame that begins these bytes; undefined while it cannot be told.
 * `misfit`: nothing that the port understands, as binary at a port for ASCII.
 */
export function frameOf(bytes: Buffer, { encoding, frames }: PortSettings): Frame | 'misfit' | undefined {
  const text = encoding === 'binary' ? bytes.subarray(0, 2).toString('hex') : bytes.subarray(0, 4).toString('latin1')
  if (text.length < 2) return undefined
  const frame = subheaderOf(text)
  return frame === undefined || frame === 'misfit' || frames.includes(frame) ? frame : 'misfit'
}

function subheaderOf(text: string): Frame | 'misfit' | undefined {
  for (const frame of ['3E', '4E'] as const) {
    if (text === subheaders[frame].request) return frame
    if (text.length < 4 && subheaders[frame].request.startsWith(text)) return undefined
  }
  const first = text.slice(0, 2)
  return /^[0-9A-Fa-f]{2}$/.test(first) && is1E(Number.parseInt(first, 16)) ? '1E' : 'misfit'
}

/** Whether the PLC could tell from this where to reply to. */
export function isAnswerable(request: Buffer, frame: Frame, encoding: Encoding): boolean {
  return frame === '1E' || request.length >= layoutOf(frame, encoding).body
}

/** Of a connection. What is no request goes on as one, all that came of it, and is for the port to judge. */
export function streamedRequests(settings: PortSettings): RequestCutter {
  let rest = Buffer.alloc(0)
  return {
    push(chunk) {
      rest = Buffer.concat([rest, chunk])
      const requests: Buffer[] = []
      for (;;) {
        const length = requestLength(rest, settings)
        if (length === undefined || length > rest.length) return requests
        requests.push(rest.subarray(0, length))
        rest = rest.subarray(length)
      }
    },
  }
}

/** A datagram is one request, whatever is in it. */
export const datagramRequests: RequestCutter = { push: (datagram) => [datagram] }

function requestLength(bytes: Buffer, settings: PortSettings): number | undefined {
  const frame = frameOf(bytes, settings)
  if (frame === undefined) return undefined
  if (frame === 'misfit') return bytes.length
  const { encoding } = settings
  const length = frame === '1E' ? messageLength1E(bytes, encoding) : messageLength(bytes, frame, encoding)
  return Number.isNaN(length) ? bytes.length : length
}
