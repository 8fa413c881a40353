// The node as the runtime sees it: properties checked, wires served, status shown.

import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red'
import { Fault, toFault } from '../../lib/contract/fault'
import { describeProblems, parseFields } from '../../lib/contract/fields'
import type { Fleet } from '../collector-supervisor/face'
import { onceSupervisorWorks, supervisorProblem } from '../collector-supervisor/reader-node'
import { badgeOf } from './badge'
import { Broadcast } from './broadcast'
import { mayControl } from './control'
import { type StatusBroadcastConfig, statusBroadcastFields } from './fields'
import { parseFilter } from './filter'
import { eventMessage, statusMessage } from './message'
import { answerRequest } from './request'
import { type View, viewOf } from './view'

/**
 * Output 1: `{ topic: 'processes', payload: rows, summary, processor, control }` when the flow starts, after a change that matters
 * and every `interval` s, at most `rateLimit` a second.
 * Output 2: `{ topic: name, payload: event }`, one message for each event.
 *
 * Input: `payload` is "get_status", `{ command, name? }` or `{ command: "get_history", collector, tag?, from?, to?, buckets? }`, whose
 * answer has `history` besides. The message goes on by exactly one way. When all went well
 * it leaves by output 1, with the properties above (and `command: { command, name?, results }` if it was a command) and
 * else as it came. When anything failed it goes to the Catch nodes, with `error.message` naming what failed, `error.code`
 * (not-found, conflict, timeout, failed, busy, forbidden, bad-command, bad-configuration) and the same `command` with all results.
 */
export function registerStatusBroadcast(RED: NodeAPI, fleet: Fleet): void {
  RED.nodes.registerType('status-broadcast', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition)
    const parsed = parseFields(statusBroadcastFields, definition)
    if (!parsed.ok) {
      refuse(this, describeProblems(parsed.problems))
      return
    }
    const { supervisor, filter: filterText } = parsed.value
    const filter = parseFilter(filterText)
    if ('problem' in filter) {
      refuse(this, filter.problem)
      return
    }
    const begin = () => serve(RED, this, fleet, parsed.value, viewOf(fleet, supervisor, filter.shows))
    if (supervisor === '' || fleet.supervisors().has(supervisor)) {
      // Earlier, the nodes that are wired to this one may not exist yet.
      const start = begin()
      RED.events.once('flows:started', start)
      this.on('close', () => RED.events.removeListener('flows:started', start))
      return
    }
    const accept = refuse(this, missingSupervisor(RED, supervisor))
    onceSupervisorWorks(RED, supervisor, this, () => {
      accept()
      begin()()
    })
  })
}

function missingSupervisor(RED: NodeAPI, id: string): string {
  const problem = supervisorProblem(RED, id)
  if (problem === undefined) return RED._('status-broadcast.status.no-supervisor')
  return `${RED._('status-broadcast.status.supervisor-problem')}: ${problem}`
}

/**
 * A node that cannot work says why below itself, in the log, and to whoever sends it a message. The function returned ends
 * the last of these.
 */
function refuse(node: Node, reason: string): () => void {
  const answer = (_msg: NodeMessage, _send: unknown, done: (error?: Error) => void) =>
    done(new Fault('config', 'bad-configuration', reason))
  node.status({ fill: 'red', shape: 'ring', text: reason })
  node.error(reason)
  node.on('input', answer)
  return () => node.removeListener('input', answer)
}

/** The function returned lets the first messages out. */
function serve(RED: NodeAPI, node: Node, fleet: Fleet, config: StatusBroadcastConfig, view: View): () => void {
  const control = mayControl(config.control, RED.settings.adminAuth)
  let shown = ''
  const showBadge = () => {
    const { fill, shape, key, values } = badgeOf(view.rows())
    const text = RED._(`status-broadcast.status.${key}`, values)
    if (shown === fill + shape + text) return
    shown = fill + shape + text
    node.status({ fill, shape, text })
  }

  const pace = { intervalMs: config.interval * 1000, gapMs: 1000 / config.rateLimit }
  const broadcast = new Broadcast(fleet, view, pace, {
    status: (rows) => node.send([statusMessage(rows, view.processors(), control), null]),
    event: (event) => node.send([null, eventMessage(event)]),
    news: showBadge,
  })
  showBadge()

  const closed = new AbortController()
  const respond = async (msg: NodeMessage, send: (msgs: (NodeMessage | null)[]) => void) => {
    const asker = { supervisor: config.supervisor, control, gone: closed.signal }
    const { rows, report, history, fault } = await answerRequest(fleet, view, asker, msg.payload)
    if (report) msg.command = report
    if (fault) throw fault
    send([Object.assign(msg, statusMessage(rows, view.processors(), control), history && { history }), null])
  }
  node.on('input', (msg, send, done) => {
    void respond(msg, send).then(
      () => done(),
      (thrown) => done(toFault(thrown)),
    )
  })

  node.on('close', () => {
    broadcast.close()
    closed.abort()
  })
  return () => broadcast.start()
}
