import assert from 'node:assert/strict'
import type { Transport } from '../../../nodes/modbus-in/fields'
import { modbusProtocol } from '../../../nodes/modbus-in/protocol'

describe('a Modbus device that answers nothing', () => {
  const table: [transport: Transport, requests: number, message: string][] = [
    ['tcp', 1, 'the device is connected but left a request unanswered for 500 ms; is the unit id right?'],
    ['tcp', 2, 'the device is connected but left 2 requests unanswered for 500 ms; is the unit id right?'],
    [
      'rtu-over-tcp',
      2,
      'the converter is connected but left 2 requests unanswered for 500 ms; are unit id, speed and parity right, and does it send RTU frames?',
    ],
    ['udp', 2, 'the device left 2 requests unanswered for 500 ms; is it on, are address, port and unit id right?'],
    [
      'rtu',
      1,
      'the device left a request unanswered for 500 ms; is it on and wired, are unit id, speed and parity right?',
    ],
  ]
  for (const [transport, requests, message] of table) {
    it(`is told of with what to look at, over ${transport} after ${requests}`, () => {
      const fault = modbusProtocol({ unitId: 1, transport, timeout: 500 }).noAnswer(requests)
      assert.deepEqual([fault.kind, fault.code, fault.message], ['link', 'no-answer', message])
    })
  }
})
