// A supervisor with real collectors, without a Node-RED around it.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFields } from '../../../lib/contract/fields'
import { supervisorFields, supervisorSecrets } from '../../../nodes/collector-supervisor/fields'
import { Supervisors } from '../../../nodes/collector-supervisor/fleet'
import type { Delivery } from '../../../nodes/collector-supervisor/inbox'
import type { ProcessSpec } from '../../../nodes/collector-supervisor/process-spec'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { PACKAGE_ROOT } from '../../support/node-red'
import { until } from '../../support/until'

describe('a supervisor', function () {
  this.timeout(20_000)
  let device: ModbusDevice
  let folder: string

  before(async () => {
    device = await ModbusDevice.start()
    device.memory.place({ area: 'holding', address: 0, type: 'uint16', wave: { wave: 'sequence' } })
    folder = mkdtempSync(join(tmpdir(), 'collectors-test-'))
  })
  after(async () => {
    await device.close()
    rmSync(folder, { recursive: true })
  })

  function spec(name: string, address: string): ProcessSpec {
    const host = { host: '127.0.0.1', port: device.port, supervisor: 'x', interval: 20, timeout: 5000 }
    return {
      name,
      type: 'modbus',
      recipient: name,
      script: join(PACKAGE_ROOT, 'dist', 'nodes', 'modbus-in', 'collector.js'),
      config: { name, ...host, tags: [{ name: 'value', address }] },
      intervalMs: 20,
      tagsTotal: 1,
      autoStart: undefined,
    }
  }

  it('delivers the readings of all readers, though what is done with one of them throws', async () => {
    const supervisors = new Supervisors(() => {})
    const config = parseFields(supervisorFields, { historian: 'none' })
    const secrets = parseFields(supervisorSecrets, {})
    assert.ok(config.ok && secrets.ok)
    const settings = { name: 'plant', config: config.value, secrets: secrets.value }
    const holder = {}
    const log = { warn: () => {}, info: () => {}, debug: () => {} }
    const supervisor = supervisors.acquire(holder, 'id', settings, folder, log)
    const values: unknown[] = []
    let thrown = 0
    const listeners = new Map<string, (delivery: Delivery) => void>([
      [
        'bad',
        () => {
          thrown += 1
          throw new Error('what a flow')
        },
      ],
      // On a busy machine a first cycle may come before the device has answered.
      ['good', ({ batch }) => batch.values[0] !== null && values.push(batch.values[0])],
    ])
    try {
      for (const [name, listener] of listeners) {
        const membership = supervisor.add(spec(name, name === 'good' ? 'hr0' : 'hr1'), { row: () => {} })
        assert.ok('deliver' in membership)
        membership.deliver(listener)
      }
      await until(() => values.length > 50 && thrown > 50, 15_000)
      const [first] = values
      assert.deepEqual(
        values,
        values.map((_, index) => Number(first) + index),
      )
      const bad = supervisors.logs('bad')?.at(-1)
      assert.equal(bad?.text, 'a reading could not be passed on: what a flow')
    } finally {
      await supervisors.release(holder, 'id', true)
    }
  })
})
