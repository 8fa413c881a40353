// CPU and memory of real processes.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { forgetMeasurements, measure, startMeter, type Usage } from '../../../nodes/collector-supervisor/statistics'
import { until } from '../../support/until'

const GONE = 2 ** 22 + 1

describe('the usage of processes', () => {
  after(() => forgetMeasurements())

  it('is measured of those that are there, whoever else is gone', async () => {
    const usages = await measure([GONE, process.pid, GONE + 1])
    assert.deepEqual([...usages.keys()], [process.pid])
    const { memoryMb, cpuPercent } = usages.get(process.pid) ?? { memoryMb: 0, cpuPercent: -1 }
    assert.ok(memoryMb > 10 && memoryMb < 4096, `${memoryMb} MB`)
    assert.ok(cpuPercent >= 0)
  })

  it('is nothing of nobody', async () => assert.equal((await measure([])).size, 0))

  it('is told again and again, until it is stopped', async () => {
    const seen: Usage[] = []
    const meter = startMeter(10, () => [{ pid: process.pid, measured: (usage) => seen.push(usage) }])
    try {
      await until(() => seen.length >= 3)
    } finally {
      meter.stop()
    }
    const count = seen.length
    await new Promise((resolve) => setTimeout(resolve, 60))
    // One look may have been under way.
    assert.ok(seen.length <= count + 1)
  })

  it('is not told to a process that has become another one while it was measured', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 1000'], { stdio: 'ignore' })
    let asked = 0
    let told = 0
    const changing = {
      /** Another one each time it is looked at. */
      get pid(): number | undefined {
        asked += 1
        return asked % 2 === 1 ? process.pid : child.pid
      },
      measured: () => {
        told += 1
      },
    }
    const meter = startMeter(10, () => [changing, { pid: undefined, measured: () => assert.fail() }])
    try {
      await until(() => asked >= 6)
      assert.equal(told, 0)
    } finally {
      meter.stop()
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })
})
