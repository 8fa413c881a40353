// The node as Node-RED sees it; what it does is what all readers do.

import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { registerReader } from '../collector-supervisor/reader-node'
import { parseMelsecConfig } from './fields'

function register(RED: NodeAPI): void {
  registerReader(RED, {
    nodeType: 'melsec-in',
    processType: 'melsec',
    script: join(__dirname, 'collector.js'),
    parse: parseMelsecConfig,
  })
}

export = register
