import assert from 'node:assert/strict'
import { type ProcessSpec, sameProcess } from '../../../nodes/collector-supervisor/process-spec'

const SPEC: ProcessSpec = {
  name: 'oven',
  type: 'modbus',
  recipient: 'a1',
  script: '/collector.js',
  config: { host: 'plc', tags: [{ name: 'speed' }] },
  intervalMs: 1000,
  tagsTotal: 1,
  autoStart: undefined,
}

describe('a process goes on under a new specification', () => {
  const table: { what: string; changes: Partial<ProcessSpec>; same: boolean }[] = [
    { what: 'an equal one', changes: { config: { tags: [{ name: 'speed' }], host: 'plc' } }, same: true },
    { what: 'one that only starts by itself or not', changes: { autoStart: false }, same: true },
    { what: 'another name', changes: { name: 'press' }, same: false },
    { what: 'another recipient', changes: { recipient: 'b2' }, same: false },
    { what: 'another script', changes: { script: '/other.js' }, same: false },
    { what: 'another tag, deep down', changes: { config: { host: 'plc', tags: [{ name: 'level' }] } }, same: false },
    { what: 'a number that was a text', changes: { config: { host: 1, tags: [{ name: 'speed' }] } }, same: false },
    { what: 'another interval', changes: { intervalMs: 500 }, same: false },
    { what: 'a problem', changes: { problem: 'port: 99999 is not within 1 to 65535' }, same: false },
  ]
  for (const { what, changes, same } of table) {
    it(`${same ? 'if' : 'unless'} it is ${what}`, () => {
      assert.equal(sameProcess(SPEC, { ...SPEC, ...changes }), same)
      assert.equal(sameProcess({ ...SPEC, ...changes }, SPEC), same)
    })
  }
})
