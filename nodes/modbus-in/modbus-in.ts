// The node as Node-RED sees it; what it does is what all readers do.

import { isAbsolute, join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { registerReader } from '../collector-supervisor/reader-node'
import { isLine, parseModbusConfig } from './fields'

function register(RED: NodeAPI): void {
  registerReader(RED, {
    nodeType: 'modbus-in',
    processType: 'modbus',
    script: join(__dirname, 'collector.js'),
    parse: parseModbusConfig,
    sandbox: ({ transport }) => (isLine(transport) ? 'addons' : 'closed'),
    device: ({ transport, serialPort }) => (isLine(transport) && isAbsolute(serialPort) ? serialPort : undefined),
  })
}

export = register
