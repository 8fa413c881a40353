import assert from 'node:assert/strict'
import { Duplex, PassThrough } from 'node:stream'
import { awaitEnclosed, BLOCK_FD, exitOfEnclosed, INFO_FD } from '../../../nodes/collector-supervisor/enclosure'

describe('the end of an enclosed process', () => {
  const exits: [number | null, string | null, string][] = [
    [0, null, '0 null'],
    [1, null, '1 null'],
    [78, null, '78 null'],
    [128, null, '128 null'],
    [137, null, 'null SIGKILL'],
    [139, null, 'null SIGSEGV'],
    [143, null, 'null SIGTERM'],
    [255, null, '255 null'],
    [null, 'SIGKILL', 'null SIGKILL'],
  ]
  for (const [code, signal, wanted] of exits) {
    it(`is ${wanted} where that of bwrap is ${code} ${signal}`, () => {
      const exit = exitOfEnclosed({ code, signal })
      assert.equal(`${exit.code} ${exit.signal}`, wanted)
    })
  }
})

describe('an enclosed process', () => {
  type Pipes = { stdio: unknown[]; info: PassThrough; released: () => boolean; pids: number[] }

  function begin(): Pipes {
    const info = new PassThrough()
    const block = new PassThrough().resume()
    const pids: number[] = []
    const stdio = Array.from({ length: BLOCK_FD + 1 }, (): unknown => null)
    stdio[INFO_FD] = info
    stdio[BLOCK_FD] = block
    awaitEnclosed(stdio, (pid) => {
      assert.ok(!block.writableEnded, 'it is let go before it is known')
      pids.push(pid)
    })
    return { stdio, info, released: () => block.writableEnded, pids }
  }

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('is let go when its pid is known, though that comes in pieces', async () => {
    const { info, released, pids } = begin()
    info.write('{\n  "child-')
    await turn()
    assert.deepEqual([pids, released()], [[], false])
    info.write('pid": 4711\n}\n')
    await turn()
    assert.deepEqual([pids, released()], [[4711], true])
  })

  for (const garbage of ['x'.repeat(5000), `{"child-pid": "${'1'.repeat(5000)}"}`]) {
    it(`is never let go after ${garbage.slice(0, 12)}...`, async () => {
      const { info, released, pids, stdio } = begin()
      info.write(garbage)
      await turn()
      assert.deepEqual([pids, released()], [[], false])
      const block = stdio[BLOCK_FD]
      assert.ok(block instanceof Duplex && block.destroyed)
    })
  }
})
