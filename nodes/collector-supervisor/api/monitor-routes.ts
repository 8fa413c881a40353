// The routes on which monitors are pushed what happens: two WebSockets, and a stream of server-sent events.

import type { NodeAPI } from 'node-red'
import type { WebSocket } from 'ws'
import { type Command, type CommandResult, failureOf } from '../../../lib/contract/command'
import { MONITOR_MESSAGE_MAX_BYTES, MONITOR_PROTOCOL } from '../../../lib/contract/monitor'
import type { Fleet } from '../face'
import { onceFlowsStarted } from '../flow-start'
import { type Client, type Clients, ownerOf } from './clients'
import { EventClient, eventText } from './event-client'
import { isForeignSocket } from './foreign-page'
import {
  guardAgain,
  type Handler,
  READ_PERMISSION,
  type Request,
  type Response,
  sendReply,
  WRITE_PERMISSION,
} from './guard'
import { bothPushes, processorPushes, processPushes } from './push-sources'
import { PushStream } from './push-stream'
import { errorReply, UNEXPECTED } from './reply'
import { type CommandOutcome, SocketClient } from './socket-client'
import type { Upgrades } from './upgrades'

/** Flows that have not started by then may never: a snapshot is due all the same, ms. */
const FLOWS_START_MS = 10_000

export type MonitorParts = {
  /** Registers one route below /collectors, behind the permission to read. */
  get(path: string, handler: Handler): void
  command(command: Command, req: Request): Promise<CommandResult[]>
  /** undefined where there is no server. */
  upgrades: Upgrades | undefined
  clients: Clients
}

export function mountMonitorRoutes(RED: NodeAPI, fleet: Fleet, parts: MonitorParts): void {
  const { get, clients, upgrades } = parts
  const table = processPushes(fleet)
  const database = processorPushes(fleet)
  const processes = new PushStream(table, JSON.stringify)
  const processors = new PushStream(database, JSON.stringify)
  const events = new PushStream(bothPushes(table, database), eventText)
  onceComplete(RED, () => {
    for (const stream of [processes, processors, events]) stream.open()
  })

  const mayRead = guardAgain(RED, READ_PERMISSION)
  const mayWrite = guardAgain(RED, WRITE_PERMISSION)
  const gone = (client: Client): void => clients.remove(client)

  get('/events', (req, res) => {
    const owner = ownerOf(req)
    const refusal = clients.refusal(owner)
    if (refusal !== undefined) return sendReply(res, errorReply('conflict', refusal))
    if (req.method === 'HEAD') return void res.end()
    clients.add(new EventClient(res, events, { owner, mayRead: () => mayRead(req, res) }, gone))
  })

  const obey = async (command: Command, req: Request, res: Response): Promise<CommandOutcome> => {
    try {
      const lacking = await mayWrite(req, res)
      if (lacking) return { success: false, results: [], ...lacking }
      const results = await parts.command(command, req)
      const failure = failureOf(results)
      if (!failure) return { success: true, results }
      return { success: false, results, error: `${command.command} failed: ${failure.text}`, code: failure.code }
    } catch (error) {
      RED.log.error(error)
      return { success: false, results: [], ...UNEXPECTED }
    }
  }
  const socketRoute = (path: string, stream: PushStream): void =>
    get(path, (req, res, next) => {
      if (isForeignSocket(req.headers, res.getHeader('Access-Control-Allow-Origin'))) {
        return sendReply(res, errorReply('forbidden', 'a page of another site may not connect'))
      }
      const begin = (socket: WebSocket): void => {
        const counter = {
          owner: ownerOf(req),
          mayRead: () => mayRead(req, res),
          command: (command: Command) => obey(command, req, res),
        }
        clients.add(new SocketClient(socket, stream, counter, gone))
      }
      accept(req, res, { upgrades, clients, begin }).catch(next)
    })
  socketRoute('/ws/processes', processes)
  socketRoute('/ws/processor-status', processors)
}

type Reception = { upgrades: Upgrades | undefined; clients: Clients; begin(socket: WebSocket): void }

async function accept(req: Request, res: Response, { upgrades, clients, begin }: Reception): Promise<void> {
  // Loaded for the first monitor that comes.
  const { WebSocketServer } = await import('ws')
  const refusal = clients.refusal(ownerOf(req))
  if (refusal !== undefined) return sendReply(res, errorReply('conflict', refusal))
  const raw = upgrades?.take(req)
  if (!raw) return sendReply(res, errorReply('bad-request', 'this is a WebSocket: it has to be asked for an upgrade'))
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MONITOR_MESSAGE_MAX_BYTES,
    handleProtocols: (offered) => offered.has(MONITOR_PROTOCOL) && MONITOR_PROTOCOL,
  })
  server.once('wsClientError', ({ message }) => {
    res.assignSocket(raw.socket)
    sendReply(res, errorReply('bad-request', message))
  })
  try {
    server.handleUpgrade(req, raw.socket, raw.head, begin)
  } catch (error) {
    // Nobody else has this socket any more.
    raw.socket.destroy()
    throw error
  }
}

/** Until the flows have started the table is not what it will be. */
function onceComplete(RED: NodeAPI, call: () => void): void {
  const cancel = onceFlowsStarted(RED.events, () => {
    clearTimeout(timer)
    call()
  })
  const timer = setTimeout(() => {
    cancel()
    call()
  }, FLOWS_START_MS)
  timer.unref()
}
