import assert from 'node:assert/strict'
import { streamedRequests } from '../../../simulators/melsec/requests'
import { frameCases, stationOf } from './frames'

describe('A simulated PLC answers as in the manuals and as live PLCs do', () => {
  for (const frame of frameCases()) {
    const { name, request, reply, encoding } = frame
    it(name, async () => {
      const answered = await stationOf(frame).ask(request)
      assert.equal(shown(answered, encoding), shown(reply, encoding))
    })
  }
})

describe('A request of a PLC that comes byte by byte', () => {
  // 1E tells how long a request is by its command only: one of an unknown command ends where it pleases.
  for (const { name, request, encoding, plc } of frameCases().filter(({ name }) => !name.includes('unknown'))) {
    it(`is one request: ${name}`, () => {
      const cutter = streamedRequests({ encoding, frames: plc.series.frames[plc.endpoint] })
      const found = [...request].map((byte) => cutter.push(Buffer.from([byte])))
      assert.deepEqual(found.at(-1), [request])
      assert.deepEqual(found.flat(), [request])
      assert.deepEqual(cutter.push(Buffer.concat([request, request])), [request, request])
    })
  }
})

function shown(bytes: Buffer | undefined, encoding: string): string | undefined {
  return encoding === 'ascii'
    ? bytes?.toString('latin1')
    : bytes
        ?.toString('hex')
        .toUpperCase()
        .replace(/..(?=.)/g, '$& ')
}
