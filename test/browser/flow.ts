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

export const PLC_TAGS = [
  { name: 'temperature', address: 'D100', type: 'float32', unit: '°C', deadband: 0.5 },
  { name: 'alarm', address: 'D110.F', type: 'bool' },
  { name: 'guard_closed', address: 'X10', type: 'bool' },
  { name: 'link_word', address: 'W0FF', type: 'uint32' },
  { name: 'cycle_timer', address: 'TN5', type: 'uint16', scale: 0.1, unit: 's' },
  { name: 'recipe', address: 'ZR2000', type: 'string', length: 20 },
]

export const NODES = [
  { name: 'speed', address: 'ns=2;s=Line1.Motor.Speed', unit: '1/min', filter: '0.5' },
  { name: 'temperature', address: 'nsu=http://plant/;i=1005', unit: '°C', deadband: 0.2 },
  { name: 'profile', address: 'ns=2;s=Profile;range=0:9' },
  { name: 'clock', address: 'i=2258' },
]

/** Far apart, of a series whose requests are small. */
const FAR = Array.from({ length: 8 }, (_none, index) => ({
  name: `station_${index}`,
  address: `D${600 * index}`,
  type: 'uint16',
}))

function plc(id: string, name: string, tags: object[], y: number, others: object = {}): FlowNode {
  return { ...reader(id, name, tags, y, { host: '192.168.3.39', ...others }), type: 'melsec-in' }
}

function server(id: string, name: string, y: number, others: object): FlowNode {
  const { host: _host, ...common } = reader(id, name, NODES, y, { endpoint: 'opc.tcp://192.168.0.10:4840', ...others })
  return { ...common, type: 'opcua-in' }
}

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
  reader('gateway', 'gateway-1', TAGS, 760),
  reader('spare-list', 'press-3', [], 880),
  plc('plc', 'line-2', PLC_TAGS, 400, { series: 'q', frame: '3E' }),
  plc('fx', 'packer', [{ name: 'start', address: 'X7', type: 'bool' }], 460, { series: 'fx3', frame: '1E' }),
  plc('spare', 'line-8', PLC_TAGS, 820, { series: 'q', frame: '3E' }),
  plc('far', 'conveyor', FAR, 520, { series: 'q', frame: '1E', interval: 50 }),
  plc('open', 'line-9', [{ name: 'what', address: 'X8', type: 'bool' }], 580, { series: placeholder('SERIES') }),
  server('server', 'mixer', 640, {}),
  server('user', 'mixer-2', 700, { securityMode: 'signAndEncrypt', authentication: 'username' }),
  { id: 'status', type: 'status-broadcast', z: 'tab', name: '', x: 420, y: 160, wires: [[], []] },
]
