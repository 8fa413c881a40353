// What all reader nodes (modbus-in, opcua-in, melsec-in) share: check the properties, join the supervisor, send what is
// read into the flow, tell the truth below the node.

import type { Node, NodeAPI, NodeDef } from 'node-red'
import { Fault } from '../../lib/contract/fault'
import { describeProblems, type Parsed, type Problem } from '../../lib/contract/fields'
import type { ProcessRow } from '../../lib/contract/process-row'
import { secretType } from './discretion'
import type { Membership, SupervisorFace } from './face'
import { fleet } from './fleet'
import { flowMessages, type Sent } from './flow-message'
import { onceFlowsStarted } from './flow-start'
import type { Delivery } from './inbox'
import type { ProcessSpec } from './process-spec'
import { needsOf, type ReaderConfig, type ReaderKind } from './reader-kind'
import { deployedNodes } from './reader-kinds'
import { type Badge, badgeOf, type Flaw, flawBadge, flawOf } from './reader-status'

/** Long enough for any flow to have been started, ms; after it readings are sent in any case. */
const FLOW_START_MS = 2_000
const STATUS_TEXT_MAX = 120

export function registerReader<Config extends ReaderConfig>(RED: NodeAPI, kind: ReaderKind<Config>): void {
  function construct(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition)
    new ReaderNode(RED, this, kind, definition)
  }
  const names = Object.keys(kind.secrets ?? {})
  const credentials = Object.fromEntries(names.map((name) => [name, { type: secretType(name) }]))
  RED.nodes.registerType(kind.nodeType, construct, { credentials })
  fleet.kinds.add(kind, deployedNodes(RED, kind.nodeType))
}

/** A config node that holds a supervisor, or says why it has none. */
export type SupervisorNode = Node & { supervisor?: SupervisorFace; problem?: string; waiting?: Set<() => void> }

/** Calls `begin` when a supervisor with a problem works after all, unless the node that asks is closed before. */
export function onceSupervisorWorks(RED: NodeAPI, id: string, asking: Node, begin: () => void): void {
  const node: SupervisorNode | null = RED.nodes.getNode(id)
  if (!node) return
  node.waiting ??= new Set()
  const { waiting } = node
  const once = (): void => {
    waiting.delete(once)
    begin()
  }
  waiting.add(once)
  asking.on('close', () => waiting.delete(once))
}

/** What is wrong with a supervisor that is there, but cannot work; undefined where there is none, or nothing is wrong. */
export function supervisorProblem(RED: NodeAPI, id: string): string | undefined {
  const node = id === '' ? undefined : RED.nodes.getNode(id)
  return node && 'problem' in node && typeof node.problem === 'string' ? node.problem : undefined
}

/** Of a reader, about its supervisor. */
function ownWords(problem: string): string {
  return `the supervisor of this reader has a problem: ${problem}`
}

class ReaderNode<Config extends ReaderConfig> {
  readonly #RED: NodeAPI
  readonly #node: Node
  readonly #flaw: Flaw | undefined
  #shown = ''

  constructor(RED: NodeAPI, node: Node, kind: ReaderKind<Config>, definition: NodeDef) {
    this.#RED = RED
    this.#node = node
    const parsed = kind.parse(kind.secrets ? { ...definition, ...node.credentials } : definition)
    const problems = parsed.ok ? [] : parsed.problems
    this.#flaw = flawOf(problems)
    this.#begin(kind, definition, parsed, problems)
  }

  #begin(kind: ReaderKind<Config>, definition: NodeDef, parsed: Parsed<Config>, problems: Problem[]): void {
    const id = 'supervisor' in definition && typeof definition.supervisor === 'string' ? definition.supervisor : ''
    const supervisor = this.#supervisorOf(id)
    const name = 'name' in definition && typeof definition.name === 'string' ? definition.name : ''
    if (!supervisor) {
      const problem = supervisorProblem(this.#RED, id)
      const shown = problem !== undefined && name !== ''
      const hide = shown ? this.#showRefused(id, specOf(kind, this.#node.id, name, parsed, []), problem) : () => {}
      onceSupervisorWorks(this.#RED, id, this.#node, () => {
        hide()
        this.#begin(kind, definition, parsed, problems)
      })
      return
    }
    if (this.#flaw) {
      this.#node.error(describeProblems(problems))
      this.#badge(flawBadge(this.#flaw, describeProblems(problems)))
    }
    // Without a name there is no row to show it in.
    if (name === '') return
    const spec = specOf(kind, this.#node.id, name, parsed, problems)
    this.#join(supervisor, spec, parsed.ok ? parsed.value : undefined)
  }

  /** In the process table, until the function returned is called, or the node is closed. */
  #showRefused(supervisorId: string, spec: ProcessSpec, problem: string): () => void {
    const name = this.#RED.nodes.getNode(supervisorId)?.name
    const supervisor = name === undefined || name === '' ? supervisorId : name
    const hide = fleet.showRefused({ spec, supervisorId, supervisor, problem: ownWords(problem) })
    this.#node.on('close', hide)
    return hide
  }

  #join(supervisor: SupervisorFace, spec: ProcessSpec, config: ReaderConfig | undefined): void {
    const membership = supervisor.add(spec, { row: (row) => this.#show(row) })
    if (membership instanceof Fault) {
      this.#node.error(membership.message)
      this.#refused('duplicate')
      // The next deploy may rename the other one and leave this node as it is.
      this.#onceFlowsStarted(() => this.#join(supervisor, spec, config))
      return
    }
    this.#show(membership.row())
    if (config) this.#deliver(membership, config)
    this.#node.on('close', (removed: boolean, done: () => void) => {
      void membership.release(removed, () => this.#flowWentOn()).finally(done)
    })
  }

  #supervisorOf(id: string): SupervisorFace | undefined {
    const node = id === '' ? undefined : this.#RED.nodes.getNode(id)
    const supervisor = node && 'supervisor' in node ? (node as SupervisorNode).supervisor : undefined
    if (supervisor) return supervisor
    const problem = supervisorProblem(this.#RED, id)
    if (problem !== undefined) {
      this.#node.error(ownWords(problem))
      this.#refused('supervisorProblem', problem)
      return undefined
    }
    this.#node.error('there is no supervisor: choose one in the properties of this reader, and see that it is enabled')
    this.#refused('noSupervisor')
    return undefined
  }

  /** Readings are sent from the moment the flow is complete: before, the nodes behind this one may not exist. */
  #deliver(membership: Membership, config: ReaderConfig): void {
    const sent: Sent = new Map()
    const deadbands = new Map(config.tags.map(({ name, deadband }) => [name, deadband]))
    const begin = (): void => {
      clearTimeout(patience)
      membership.deliver((delivery) => this.#send(config, delivery, sent, deadbands))
    }
    const patience = setTimeout(begin, FLOW_START_MS)
    this.#node.on('close', () => clearTimeout(patience))
    this.#onceFlowsStarted(begin)
  }

  #onceFlowsStarted(then: () => void): void {
    this.#node.on('close', onceFlowsStarted(this.#RED.events, then))
  }

  #send(config: ReaderConfig, delivery: Delivery, sent: Sent, deadbands: ReadonlyMap<string, number>): void {
    for (const message of flowMessages(config.emit, config.name, delivery, sent, deadbands)) this.#node.send(message)
  }

  /** Whether a node behind this one has outlived the deploy that closes this one; Node-RED forgets those it closes first. */
  #flowWentOn(): boolean {
    const wires = 'wires' in this.#node && Array.isArray(this.#node.wires) ? this.#node.wires.flat() : []
    return wires.some((id) => this.#RED.nodes.getNode(id))
  }

  #show(row: ProcessRow): void {
    this.#badge(badgeOf(row, Date.now(), this.#flaw))
  }

  #refused(key: string, detail?: string): void {
    this.#badge({ fill: 'red', shape: 'ring', key, values: {}, detail, restarts: 0 })
  }

  #badge({ fill, shape, key, values, detail, restarts }: Badge): void {
    const parts = [this.#RED._(`status.${key}`, values)]
    if (restarts > 0) parts.push(this.#RED._('status.restarts', { restarts }))
    if (detail !== undefined) parts.push(detail)
    const text = parts.join(' · ').slice(0, STATUS_TEXT_MAX)
    const shown = `${fill} ${shape} ${text}`
    if (shown === this.#shown) return
    this.#shown = shown
    this.#node.status({ fill, shape, text })
  }
}

function specOf<Config extends ReaderConfig>(
  kind: ReaderKind<Config>,
  recipient: string,
  name: string,
  parsed: Parsed<Config>,
  problems: Problem[],
): ProcessSpec {
  const config = parsed.ok ? parsed.value : undefined
  const autoStart = config === undefined || config.autoStart === 'inherit' ? undefined : config.autoStart === 'true'
  return {
    name,
    type: kind.processType,
    recipient,
    ...needsOf(kind, config),
    config,
    intervalMs: config?.interval ?? 0,
    tagsTotal: config?.tags.length ?? 0,
    autoStart,
    ...(problems.length > 0 && { problem: describeProblems(problems) }),
  }
}
