// The node as Node-RED sees it; what it does is what all readers do.

import { join } from 'node:path'
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
  })
}

export = register
