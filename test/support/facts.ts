// What a Node-RED holds on to, after a garbage collection: open files, handles, listeners, memory.

import { readdirSync } from 'node:fs'
import type { NodeRed } from './node-red'
import { openFilesOf } from './processes'

export type Facts = {
  files: Record<string, number>
  resources: Record<string, number>
  listeners: Record<string, number>
  heapMb: number
}

/** For `settings` of a NodeRed: a route that tells. */
export const FACTS_ROUTE = `
  httpAdminMiddleware: (req, res, next) => {
    if (req.path !== '/test/facts') return next()
    require('node:v8').setFlagsFromString('--expose-gc')
    require('node:vm').runInNewContext('gc')()
    const { events } = require.main.require('@node-red/util')
    const listeners = (emitter) => emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)])
    res.json({
      resources: process.getActiveResourcesInfo(),
      listeners: Object.fromEntries([...listeners(process), ...listeners(events)]),
      heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    })
  },
`

/** Without HTTP connections, their timers included: those come and go with whoever asks. */
export async function factsOf(nodeRed: NodeRed): Promise<Facts> {
  const { body } = await nodeRed.request('GET', '/test/facts')
  const told = body as { resources: string[]; listeners: Record<string, number>; heapMb: number }
  const { TCPSocketWrap: _connections, Timeout: _timers, ...resources } = countOf(told.resources)
  const { socket: _sockets, ...files } = Object.fromEntries(openFilesOf(nodeRed.pid, readdirSync))
  return { files, resources, listeners: told.listeners, heapMb: told.heapMb }
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
