// Runs a real Node-RED on a free port of the loopback, as a process of its own. Arguments: the folder of the node-red
// package, the userDir. Sends { port } when it serves; ends when the test that started it is gone.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

async function serve(nodeRedDir: string, userDir: string): Promise<void> {
  const requireFrom = createRequire(join(nodeRedDir, 'package.json'))
  // Packages without types of their own: what is used of them is declared here.
  const RED: { init(server: Server, settings: object): void; start(): Promise<void>; httpAdmin: RequestListener } =
    requireFrom('./lib/red')
  const express: () => RequestListener & { use(path: string, part: RequestListener): void } = requireFrom('express')
  const app = express()
  const server = createServer(app)
  RED.init(server, {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: '/',
    httpNodeRoot: false,
    credentialSecret: 'test',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, palette: { catalogues: [] }, projects: { enabled: false } },
    logging: { console: { level: 'warn' } },
  })
  app.use('/', RED.httpAdmin)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await RED.start()
  const address = server.address()
  if (typeof address === 'object' && address) process.send?.({ port: address.port })
}

process.on('disconnect', () => process.exit(0))
const [nodeRedDir = '', userDir = ''] = process.argv.slice(2)
void serve(nodeRedDir, userDir)
