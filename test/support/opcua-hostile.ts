// A reader in a real Node-RED and a server that does what no server does: to exhaust it, or by a mistake.

import assert from 'node:assert/strict'
import { arrayVariant, dataValue, string } from '../../simulators/opcua/raw/binary'
import { type RawConduct, RawServer } from '../../simulators/opcua/raw/raw-server'
import { opcuaNode } from './flows'
import type { FlowNode, NodeRed } from './node-red'
import type { RowWatch } from './row-watch'

const NAME = 'hostile'
const ANSWER = ['urn:honest']
/** All that is read is a list of texts, since that is what its namespaces are. */
const HONEST: RawConduct = { act: 'value', value: dataValue(arrayVariant('String', 1, string(ANSWER[0] ?? ''))) }
const MEMORY_MAX_MB = 256
const PATIENCE_MS = 60_000

/** What ends the connection is told in the row, what costs the tag alone in its quality. */
// biome-ignore format: a table, one line an act
const acts: readonly [conduct: RawConduct, words: RegExp, told?: 'quality'][] = [
  [{ act: 'frame', frame: 'huge-chunk', at: 'Read' }, /a chunk of 2147483647 bytes, 65536 are the limit/],
  [{ act: 'frame', frame: 'garbage', at: 'Read' }, /does not speak OPC UA: is the port right/],
  [{ act: 'chunks', at: 'Read', bytesMax: 200 * 1024 * 1024 }, /a message of more than 16777216 bytes/],
  [{ act: 'hostile-value', value: 'many-strings' }, /too long for one message/, 'quality'],
  [{ act: 'hostile-value', value: 'deep-variant' }, /cannot be read.*BadDecodingError/, 'quality'],
]

export class HostileServer {
  readonly #server: RawServer

  private constructor(server: RawServer) {
    this.#server = server
  }

  static async start(): Promise<HostileServer> {
    return new HostileServer(await RawServer.start(HONEST))
  }

  readerNode(): FlowNode {
    return opcuaNode(NAME, this.#server.endpoint, { mode: 'poll', interval: 250, timeout: 2000 })
  }

  /** Everything is told of in words, costs no restart and no memory, and is over when it is over. */
  async isEndured(nodeRed: NodeRed, rows: RowWatch): Promise<void> {
    const isWell = (): Promise<void> =>
      rows.when(NAME, ({ tags, link }) => tags.good === 1 && link === 'connected', PATIENCE_MS)
    await isWell()
    const { pid } = await nodeRed.row(NAME)
    for (const [conduct, words, told] of acts) {
      this.#server.conduct = conduct
      const reason = (last_error: string | null): string =>
        told === 'quality' ? JSON.stringify(nodeRed.recorded(NAME).at(-1)?.quality) : (last_error ?? '')
      const isTold = rows.when(
        NAME,
        ({ tags, last_error }) => tags.good === 0 && words.test(reason(last_error)),
        PATIENCE_MS,
      )
      await isTold.finally(() => {
        this.#server.conduct = HONEST
      })
      await isWell()
    }
    const { pid: last, restart_count, memory_mb } = await nodeRed.row(NAME)
    assert.deepEqual([last, restart_count], [pid, 0])
    assert.ok(memory_mb < MEMORY_MAX_MB, `${memory_mb} MB`)
    const values = nodeRed.recorded(NAME).map(({ payload }) => JSON.stringify(payload))
    assert.deepEqual(
      values.filter((value) => ![JSON.stringify({ value: ANSWER }), '{"value":null}'].includes(value)),
      [],
    )
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
