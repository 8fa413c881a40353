import assert from 'node:assert/strict'
import type { HostileValue } from '../../../../simulators/opcua/raw/hostile-acts'
import { type RawConduct, RawServer } from '../../../../simulators/opcua/raw/raw-server'
import { peakMemoryMb } from '../../../fixtures/hostile/stage'
import { closeAll } from '../reader-bench'
import { killReaders, MEMORY_LIMIT_MB, startReader } from '../reader-process'

const value = (of: HostileValue): RawConduct => ({ act: 'hostile-value', value: of })

describe('The memory of an OPC UA reader', function () {
  this.timeout(30_000)
  let server: RawServer
  before(async () => {
    server = await RawServer.start()
  })
  afterEach(async () => {
    await killReaders()
    await closeAll()
  })
  after(() => server.close())

  const attacks: [what: string, conduct: RawConduct, words: RegExp][] = [
    ['a message without end', { act: 'chunks', at: 'Read', bytesMax: 500 * 1024 * 1024 }, /more than 16777216 bytes/],
    ['a million namespaces', value('many-strings'), /parts/],
    ['a million values that are none', value('many-nulls'), /parts/],
    ['structures that read each other', value('rewinding'), /more than/],
    ['a million samples at once', { act: 'samples' }, /parts/],
  ]
  for (const [what, conduct, words] of attacks) {
    it(`stays below its limit, and the process alive, with ${what}`, async () => {
      server.conduct = conduct
      const child = startReader([['a', 'i=2258']], { endpoint: server.endpoint, interval: 100, timeout: 1000 })
      // twice: what the first leaves behind is still there
      await child.message('link', ({ reason }) => words.test(reason))
      const before = child.messages.length
      await child.message('link', (message) => words.test(message.reason) && child.messages.indexOf(message) >= before)
      const peakMb = peakMemoryMb(child.pid)
      assert.ok(peakMb < MEMORY_LIMIT_MB, `${peakMb} MB`)
      assert.equal(child.stderr, '')
    })
  }
})
