import assert from 'node:assert/strict'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeviceWatch } from '../../../nodes/collector-supervisor/device-watch'
import { temporaryFolder } from '../../support/temporary-folder'
import { until } from '../../support/until'

describe('the file of a device', () => {
  const folder = temporaryFolder()
  const path = (): string => join(folder(), 'ttyUSB0')
  const plug = (name: string): void => {
    writeFileSync(join(folder(), name), '')
    symlinkSync(name, path())
  }
  let watch: DeviceWatch
  let replaced: number

  beforeEach(() => {
    watch = new DeviceWatch()
    replaced = 0
  })

  /** So many looks, each of which has seen what is there. */
  async function look(times = 3): Promise<void> {
    for (let time = 0; time < times; time++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      watch.look(() => replaced++)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }

  it('is the same one as long as nothing happens', async () => {
    plug('first')
    watch.begin(path())
    await look()
    assert.equal(replaced, 0)
  })

  it('may go without a word, and is another one when it is back', async () => {
    plug('first')
    watch.begin(path())
    await look()
    rmSync(path())
    await look()
    assert.equal(replaced, 0)
    plug('second')
    await until(() => {
      watch.look(() => replaced++)
      return replaced > 0
    })
    await look()
    assert.equal(replaced, 1)
  })

  it('may come later than the process', async () => {
    watch.begin(path())
    await look()
    assert.equal(replaced, 0)
    plug('first')
    await look()
    assert.equal(replaced, 1)
  })

  it('is of no interest where there is none to be watched', async () => {
    watch.begin(path())
    watch.begin(undefined)
    plug('first')
    await look()
    assert.equal(replaced, 0)
  })
})
