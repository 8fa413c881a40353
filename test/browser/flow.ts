// The flow that the dialogs are opened in.

import type { FlowNode } from '../support/node-red'
import { placeholder } from '../support/placeholder'

export const TAGS = [
  { name: 'temperature', address: '40001', type: 'float32', order: 'CDAB', unit: '°C', deadband: 0.5 },
  { name: 'pressure', address: '40003', type: 'uint16', scale: 0.01, unit: 'bar' },
  { name: 'motor_running', address: 'coil:0', type: 'bool' },
  { name: 'door_open', address: '40010.3', type: 'bool' },
  { name: 'counter', address: 'holding:123', type: 'uint32' },
]

/** Too far from each other to be read together. */
const SCATTERED = Array.from({ length: 4 }, (_none, index) => ({
  name: `meter_${index}`,
  address: `holding:${20 * index}`,
  type: 'uint16',
}))

/** Not started: here only the dialogs are of interest. */
function reader(id: string, name: string, tags: object[], y: number, others: object = {}): FlowNode {
  const place = { z: 'tab', x: 200, y, wires: [[]] }
  return {
    id,
    type: 'modbus-in',
    name,
    supervisor: 'supervisor',
    host: '192.168.0.10',
    autoStart: 'false',
    tags,
    ...others,
    ...place,
  }
}

export const FLOW: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Plant' },
  { id: 'supervisor', type: 'collector-supervisor', name: 'plant' },
  reader('reader', 'press-1', TAGS, 100),
  reader('empty', 'press-2', [], 160),
  reader('twin', 'press-2', TAGS, 220),
  reader('serial', 'line-1', TAGS, 280, {
    transport: 'rtu',
    serialPort: '/dev/ttyUSB0',
    baudRate: 19200,
    dataBits: placeholder('BITS'),
    parity: 'even',
  }),
  reader('slow', 'meter-1', SCATTERED, 340, { transport: 'rtu', serialPort: 'COM3', interval: 100 }),
  { id: 'status', type: 'status-broadcast', z: 'tab', name: '', x: 420, y: 160, wires: [[], []] },
]
