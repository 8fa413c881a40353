import assert from 'node:assert/strict'
import { type RawConduct, RawServer } from '../../../../simulators/opcua/raw/raw-server'
import { peakMemoryMb } from '../../../fixtures/hostile/stage'
import { until } from '../../../support/until'
import { closeAll } from '../reader-bench'
import { killReaders, MEMORY_LIMIT_MB, startReader } from '../reader-process'

/** Four processes start at once; one that hears nothing that it can read subscribes anew after some 9 s. */
const PATIENCE_MS = 60_000

const attacks: [what: string, conduct: RawConduct, words: RegExp][] = [
  ['a message without end', { act: 'chunks', at: 'Read', bytesMax: 500 * 1024 * 1024 }, /more than 16777216 bytes/],
  ['structures that read each other', { act: 'hostile-value', value: 'rewinding' }, /more than/],
  ['a million namespaces', { act: 'hostile-value', value: 'many-strings' }, /parts/],
  ['a million samples at once', { act: 'samples' }, /parts/],
]

describe('The memory of an OPC UA reader', function () {
  this.timeout(70_000)
  const servers: RawServer[] = []
  after(async () => {
    await killReaders()
    await closeAll()
    for (const server of servers) await server.close()
  })

  it('stays below its limit, and the process alive, whatever a server sends', async () => {
    const sufferers = await Promise.all(
      attacks.map(async ([what, conduct, words]) => {
        const server = await RawServer.start(conduct)
        servers.push(server)
        return { what, words, child: startReader([['a', 'i=2258']], { endpoint: server.endpoint, timeout: 5000 }) }
      }),
    )
    for (const { what, words, child } of sufferers) {
      // Some of it costs the connection, some only the request.
      const told = () =>
        child.messages.filter(
          (one) =>
            (one.type === 'link' && one.link === 'disconnected' && words.test(one.reason)) ||
            (one.type === 'log' && words.test(one.text)),
        )
      // Twice: what the first leaves behind is still there.
      await until(() => told().length >= 2, PATIENCE_MS)
      const peakMb = peakMemoryMb(child.pid)
      assert.ok(peakMb < MEMORY_LIMIT_MB, `${what}: ${peakMb} MB`)
      assert.equal(child.stderr, '')
    }
  })
})
