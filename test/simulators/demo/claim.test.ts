import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimFolder } from '../../../simulators/demo/claim'

const claimJs = join(__dirname, '../../../simulators/demo/claim.js')

describe('A claim on the folder of the demo', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'claim-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is given once, tells others what its holder announces, and is free after its release', async () => {
    const claim = await claimFolder(folder)
    assert.ok('release' in claim)
    claim.announce('http://here')
    assert.deepEqual(await claimFolder(folder), { heldBy: 'http://here' })
    await claim.release()
    await claim.release()
    const next = await claimFolder(folder)
    assert.ok('release' in next)
    await next.release()
  })

  it('is free when its holder was killed', async () => {
    const script = `require(${JSON.stringify(claimJs)}).claimFolder(${JSON.stringify(folder)}).then(() => console.log('held'))`
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    assert.ok('heldBy' in (await claimFolder(folder)))
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const claim = await claimFolder(folder)
    assert.ok('release' in claim)
    await claim.release()
  })
})
