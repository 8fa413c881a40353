import assert from 'node:assert/strict'
import { describeCause, parseRefusedCause } from '../../../lib/contract/refused-cause'
import { QUIET_MS, RefusedCauses } from '../../../nodes/collector-supervisor/refused-causes'

describe('causes of dead letters', () => {
  const cause = { measurement: 'plant', field: 't', reason: 'type', count: 3 }

  it('are told once, and again after an hour of quiet', () => {
    const causes = new RefusedCauses()
    assert.deepEqual(causes.add([cause, { ...cause, field: 'u' }], 0), [cause, { ...cause, field: 'u' }])
    assert.deepEqual(causes.add([cause], 1000), [])
    assert.deepEqual(causes.add([cause], 1000 + QUIET_MS), [cause])
  })

  it('are told again when all dead letters were gone', () => {
    const causes = new RefusedCauses()
    causes.add([cause], 0)
    causes.clear()
    assert.deepEqual(causes.add([cause], 1), [cause])
  })

  it('are what is wrong as long as there are dead letters', () => {
    const causes = new RefusedCauses()
    assert.equal(causes.describe(0), undefined)
    assert.equal(causes.describe(5), undefined)
    causes.add([cause], 0)
    assert.equal(causes.describe(1), `1 value is a dead letter; the last cause: ${describeCause(cause)}`)
  })

  it('are checked when they come from another process', () => {
    assert.deepEqual(parseRefusedCause(cause), cause)
    for (const wrong of [
      null,
      {},
      { ...cause, count: -1 },
      { ...cause, reason: 'x'.repeat(1001) },
      { ...cause, field: 7 },
    ]) {
      assert.equal(parseRefusedCause(wrong), undefined)
    }
  })
})
