// Tables of errors and of what they are told as.

import assert from 'node:assert/strict'
import type { Fault } from '../../../lib/contract/fault'

export const target = '192.168.0.5:502'
export const failed = (code: string, message = code) => Object.assign(new Error(message), { code })

export type Row = [error: string, code: string, says: string]

export function holds(table: Row[], faultOf: (error: string) => Fault): void {
  for (const [error, code, says] of table) {
    it(`says what "${error}" means`, () => {
      const fault = faultOf(error)
      assert.equal(fault.kind, 'link')
      assert.equal(fault.code, code)
      assert.ok(fault.message.startsWith(`${target}: `) && fault.message.includes(says), fault.message)
    })
  }
}
