// A status code that no standard knows, of a vendor's own: a reader tells it by number and severity, and its process does not talk
// about it for each value.

import assert from 'node:assert/strict'
import { VENDOR_STATUS } from '../../simulators/opcua/exhibits/exhibits'
import { closeAll, deviceOf, never, readerOf, readUntil } from '../nodes/opcua-in/reader-bench'
import { killReaders, startReader } from '../nodes/opcua-in/reader-process'
import { until } from '../support/until'

const MODES = ['subscribe', 'poll'] as const
const READS = 20
const NUMBER = new RegExp(`0x${VENDOR_STATUS.toString(16)}\\b`, 'i')

describe('A status code of a vendor', function () {
  this.timeout(30_000)
  afterEach(async () => {
    await killReaders()
    await closeAll()
  })

  for (const mode of MODES) {
    it(`is told by its number, and that it is a bad one (${mode})`, async () => {
      const device = await deviceOf({ exhibits: true })
      const { reader } = readerOf(device.endpoint, [['it', device.nodeId('Exhibits.Vendor status')]], { mode })
      await reader.open(never)
      const { values, bad } = await readUntil(reader, ({ bad }) => NUMBER.test(bad.get(0) ?? ''))
      assert.equal(values[0], null)
      assert.match(bad.get(0) ?? '', /\bbad\b/i)
    })
  }

  it('is nothing that the process of a reader writes to its output, cycle for cycle', async () => {
    const device = await deviceOf({ exhibits: true })
    const tags = Array.from({ length: 5 }, (_, at): [string, string] => [
      `${at}`,
      device.nodeId('Exhibits.Vendor status'),
    ])
    const child = startReader(tags, { endpoint: device.endpoint, mode: 'poll' })
    await child.message('link', ({ link }) => link === 'connected')
    const before = device.census().requests.Read ?? 0
    await until(() => (device.census().requests.Read ?? 0) >= before + READS, 15_000)
    assert.deepEqual([child.stdout, child.stderr], ['', ''])
  })
})
