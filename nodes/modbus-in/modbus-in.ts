// The node as Node-RED sees it; what it does is what all readers do.

import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { parseFields } from '../../lib/contract/fields'
import { registerReader } from '../collector-supervisor/reader-node'
import { modbusFields } from './fields'

function register(RED: NodeAPI): void {
  registerReader(RED, {
    nodeType: 'modbus-in',
    processType: 'modbus',
    script: join(__dirname, 'collector.js'),
    parse: (definition) => parseFields(modbusFields, definition),
  })
}

export = register
