// The byte fixtures: requests and the replies of a PLC, from manuals and live PLCs.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asCount, asOneOf, asRecord, asText } from '../../../lib/contract/parse'
import { asDeviceName } from '../../../simulators/melsec/memory'
import { Plc } from '../../../simulators/melsec/plc'
import { ENCODINGS, ENDPOINTS, type Encoding, SERIES } from '../../../simulators/melsec/series'
import { Station } from '../../../simulators/melsec/station'

export type FrameCase = { name: string; encoding: Encoding; plc: Plc; request: Buffer; reply: Buffer }

const FILE = join(__dirname, '../../../../test/fixtures/melsec-plc-frames.json')

export function frameCases(): FrameCase[] {
  const input: unknown = JSON.parse(readFileSync(FILE, 'utf8'))
  if (!Array.isArray(input)) throw new Error('no list')
  return input.map(frameCase)
}

/** A port that speaks all frames of the PLC. */
export function stationOf({ plc, encoding }: Pick<FrameCase, 'plc' | 'encoding'>): Station {
  const frames = plc.series.frames[plc.endpoint]
  return new Station(plc, { encoding, frames, misfits: plc.series.misfits[plc.endpoint] })
}

function frameCase(input: unknown): FrameCase {
  const record = asRecord(input)
  const name = asText(record?.name, 200) ?? fail('name', input)
  const series = asOneOf(record?.series, SERIES) ?? fail('series', input)
  const encoding = asOneOf(record?.encoding, ENCODINGS) ?? fail('encoding', input)
  const endpoint = asOneOf(record?.endpoint ?? 'builtin', ENDPOINTS) ?? fail('endpoint', input)
  const model = asRecord(record?.model)
  const plc = new Plc({
    series,
    endpoint,
    ...(model && { model: { name: asText(model.name, 16) ?? '', code: asCount(model.code) ?? 0 } }),
  })
  for (const entry of Array.isArray(record?.memory) ? record.memory : fail('memory', input)) {
    const device = asDeviceName(asRecord(entry)?.device) ?? fail('device', entry)
    const values = asRecord(entry)?.values
    const numbers = Array.isArray(values)
      ? values.map((value) => asCount(value) ?? fail('value', entry))
      : fail('values', entry)
    plc.memory.set(device, asCount(asRecord(entry)?.number) ?? fail('number', entry), ...numbers)
  }
  const request = bytesOf(record?.request, encoding)
  return { name, encoding, plc, request, reply: bytesOf(record?.reply, encoding) }
}

/** `|` parts the fields; in hexadecimal so do blanks. */
function bytesOf(input: unknown, encoding: Encoding): Buffer {
  const text = asText(input, 100_000) ?? fail('bytes', input)
  if (encoding === 'ascii') return Buffer.from(text.replaceAll('|', ''), 'latin1')
  const hex = text.replaceAll(/[| ]/g, '')
  if (!/^(?:[0-9A-F]{2})+$/.test(hex)) fail('hex', input)
  return Buffer.from(hex, 'hex')
}

function fail(what: string, input: unknown): never {
  throw new Error(`${what} is missing in ${JSON.stringify(input)}`)
}
