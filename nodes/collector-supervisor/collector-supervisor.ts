// The config node: takes the supervisor with its id and gives it its settings.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Fault, messageOf } from '../../lib/contract/fault'
import { describeProblems, type Problem, parseFields } from '../../lib/contract/fields'
import { Clients } from './api/clients'
import { mountInspectionRoutes } from './api/inspection-routes'
import { mountRoutes } from './api/routes'
import type { SupervisorFace } from './face'
import { supervisorFields, supervisorSecrets } from './fields'
import { fleet } from './fleet'
import { FOLDER_IN_USE } from './folder-lock'
import { closeInspectorSignal } from './inspector-signal'
import type { SupervisorNode } from './reader-node'

/** Between two looks whether another Node-RED has left the folder, ms. */
const FOLDER_RETRY_MS = 2_000

function register(RED: NodeAPI): void {
  const monitors = new Clients()
  mountInspectionRoutes(RED, fleet)
  mountRoutes(RED, fleet, monitors)
  RED.nodes.registerType(
    'collector-supervisor',
    function (this: SupervisorNode, definition: NodeDef) {
      RED.nodes.createNode(this, definition)
      openSupervisor(RED, this, definition, monitors)
    },
    {
      credentials: {
        influxToken: { type: 'password' },
        influxUsername: { type: 'text' },
        influxPassword: { type: 'password' },
      },
    },
  )
}

function openSupervisor(RED: NodeAPI, node: SupervisorNode, definition: NodeDef, monitors: Clients): void {
  const parsed = parseFields(supervisorFields, definition)
  if (!parsed.ok) {
    refuse(node, wrongSettings(parsed.problems))
    return
  }
  const config = parsed.value
  const secrets = parseFields(supervisorSecrets, node.credentials ?? {})
  if (!secrets.ok) {
    refuse(node, wrongSettings(secrets.problems))
    return
  }
  // Two supervisors without a name must still be told apart.
  const name = config.name === '' ? node.id : config.name
  const log = { warn: node.warn.bind(node), info: node.log.bind(node), debug: node.debug.bind(node) }
  closeInspectorSignal((text) => RED.log.warn(`[collectors] ${text}`))
  const settings = { name, config, secrets: secrets.value }
  const acquire = (): SupervisorFace => fleet.acquire(node, node.id, settings, folderOf(RED, node), log)
  if (!takeSupervisor(node, acquire)) return
  node.on('close', (removed: boolean, done: () => void) => {
    const released = fleet.release(node, node.id, removed)
    // Monitors see how the processes end, and only then that Node-RED does.
    void released.then(() => (fleet.ended ? monitors.end() : undefined)).finally(done)
  })
}

/** Whether the node has a supervisor, or waits for one. */
function takeSupervisor(node: SupervisorNode, acquire: () => SupervisorFace): boolean {
  try {
    node.supervisor = acquire()
    return true
  } catch (error) {
    refuse(node, `the supervisor cannot work: ${messageOf(error)}`)
    if (!(error instanceof Fault && error.code === FOLDER_IN_USE)) return false
    waitForFolder(node, acquire)
    return true
  }
}

/** The other Node-RED may be about to end, as when this one takes its place. */
function waitForFolder(node: SupervisorNode, acquire: () => SupervisorFace): void {
  const timer = setInterval(() => {
    try {
      node.supervisor = acquire()
    } catch {
      return
    }
    clearInterval(timer)
    node.warn('the folder is free: the supervisor works now')
    delete node.problem
    for (const begin of node.waiting ?? []) begin()
  }, FOLDER_RETRY_MS)
  node.on('close', () => clearInterval(timer))
}

function wrongSettings(problems: readonly Problem[]): string {
  return `${describeProblems(problems)}: correct it in the properties of the supervisor`
}

/** Its readers have to say what is wrong: nobody sees a config node on the canvas. */
function refuse(node: SupervisorNode, problem: string): void {
  node.problem = problem
  node.error(problem)
}

function folderOf(RED: NodeAPI, { id }: Node): string {
  return join(RED.settings.userDir ?? join(tmpdir(), `collectors-${process.pid}`), 'collectors', encodeURIComponent(id))
}

export = register
