// Who may start and stop by a message, as a table.

import assert from 'node:assert/strict'
import { mayControl } from '../../../nodes/status-broadcast/control'

describe('A message may control', () => {
  const users = { type: 'credentials', users: [] }
  const table: [adminAuth: unknown, withoutLogin: boolean][] = [
    [undefined, true],
    [null, true],
    [users, false],
    [{ ...users, default: { permissions: 'read' } }, false],
    [{ ...users, default: { permissions: ['read', 'collector-supervisor.write'] } }, true],
    [{ ...users, default: { permissions: '*' } }, true],
    [{ ...users, default: async () => ({ permissions: '*' }) }, false],
  ]
  for (const [adminAuth, withoutLogin] of table) {
    it(`as the property says, with adminAuth ${JSON.stringify(adminAuth)}`, () => {
      assert.equal(mayControl('always', adminAuth), true)
      assert.equal(mayControl('without-login', adminAuth), withoutLogin)
      assert.equal(mayControl('never', adminAuth), false)
    })
  }
})
