// The node as Node-RED sees it; what it does is what all readers do.

import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { registerReader } from '../collector-supervisor/reader-node'
import { opcuaSecrets, parseOpcuaConfig, parseUntaggedConfig } from './fields'

function register(RED: NodeAPI): void {
  registerReader(RED, {
    nodeType: 'opcua-in',
    processType: 'opcua',
    script: join(__dirname, 'collector.js'),
    parse: parseOpcuaConfig,
    parseUntagged: parseUntaggedConfig,
    secrets: opcuaSecrets,
    certificates: true,
  })
}

export = register
