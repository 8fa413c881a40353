// The node as Node-RED sees it.
import type { NodeAPI } from 'node-red'

function register(_RED: NodeAPI): void {}

export = register
