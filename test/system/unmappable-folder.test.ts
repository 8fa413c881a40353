// A user folder on a file system without shared mappings: live values come, and the text says what is wrong and what to do.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { flowOf, readerNode, supervisorNode } from '../support/flows'
import { isGood, NodeRed } from '../support/node-red'
import { withUnmappableFiles } from '../support/unmappable-files'
import { until } from '../support/until'

const ADVICE = /cannot share mapped files between processes.*: put Node-RED's user folder on a local disk/

describe('a user folder on a file system without shared mappings', function () {
  this.timeout(60_000)
  let device: ModbusDevice
  let scratch: string
  let nodeRed: NodeRed

  before(async function () {
    scratch = mkdtempSync(join(tmpdir(), 'collectors-test-'))
    const userDir = join(scratch, 'user')
    const launcher = withUnmappableFiles(this, scratch, userDir)
    device = await ModbusDevice.start()
    const flows = flowOf(supervisorNode({ historian: 'embedded' }), readerNode('press', device.port))
    nodeRed = await NodeRed.start({ flows, userDir, launcher })
  })
  after(async () => {
    await nodeRed?.dispose()
    await device?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('costs no live value', async () => {
    await nodeRed.recordedWhen('press', isGood)
  })

  it('is named with what to do, in the status of the way into the database and in the log', async () => {
    await until(async () => {
      const { body } = await nodeRed.request('GET', '/collectors/processor')
      return ADVICE.test(Object(body).plant?.last_error ?? '')
    }, 20_000)
    assert.match(nodeRed.output, ADVICE)
  })
})
