// Entry point for Node-RED: the process table as messages, messages as commands.

import type { NodeAPI } from 'node-red'
import { fleet } from '../collector-supervisor/fleet'
import { registerStatusBroadcast } from './status-broadcast-node'

function register(RED: NodeAPI): void {
  registerStatusBroadcast(RED, fleet)
}

export = register
