// What servers that are no PLCs of Mitsubishi do at a random read (0403), while they answer batches.

import type { RequestCutter } from '../faults/passage'
import { FieldReader } from './fields'
import { layoutOf } from './qna-frame'
import { frameOf, type PortSettings } from './requests'

/**
 * `closes` the connection is reset; over UDP there is no answer
 * `silent` it is not answered
 * `mute` it is not answered, nor is anything that comes after it on this connection
 */
export type RandomManners = 'closes' | 'silent' | 'mute' | { readonly endCode: number }

const RANDOM_READ = 0x0403

export function isRandomRead(request: Buffer, settings: PortSettings): boolean {
  const frame = frameOf(request, settings)
  if (frame !== '3E' && frame !== '4E') return false
  const reader = new FieldReader(request.subarray(layoutOf(frame, settings.encoding).body), settings.encoding)
  try {
    reader.number(2)
    return reader.number(2) === RANDOM_READ
  } catch {
    return false
  }
}

/** Cuts the client off at its first random read, which `onRequest` hears of all the same. */
export function closingAtRandom(
  cutter: RequestCutter,
  settings: PortSettings,
  onRequest: ((request: Buffer) => void) | undefined,
): RequestCutter {
  return {
    push(bytes) {
      const requests = cutter.push(bytes)
      const random = requests.find((request) => isRandomRead(request, settings))
      if (!random) return requests
      onRequest?.(random)
      throw new Error('random reads are not known')
    },
  }
}
