// The kinds of readers there are, as their nodes registered them: only from here comes the program that asks a device.

import type { NodeAPI } from 'node-red'
import { asRecord } from '../../lib/contract/parse'
import type { ReaderKind } from './reader-kind'

/** What Node-RED knows of the deployed nodes of one kind. */
export type DeployedNodes = {
  /** Undefined for an id that is no deployed node of this kind: what it keeps secret is none of ours. */
  secrets(id: string): Record<string, unknown> | undefined
  /** Value of an environment variable as the node with this id sees it, or as a new one would. */
  variable(name: string, id: string): unknown
}

export class ReaderKinds {
  readonly #kinds = new Map<string, { kind: ReaderKind; deployed: DeployedNodes }>()

  add(kind: ReaderKind, deployed: DeployedNodes): void {
    this.#kinds.set(kind.nodeType, { kind, deployed })
  }

  get(nodeType: string): { kind: ReaderKind; deployed: DeployedNodes } | undefined {
    return this.#kinds.get(nodeType)
  }
}

export function deployedNodes(RED: NodeAPI, nodeType: string): DeployedNodes {
  const nodeOf = (id: string) => {
    const node = id === '' ? undefined : RED.nodes.getNode(id)
    return node?.type === nodeType ? node : undefined
  }
  return {
    secrets: (id) => (nodeOf(id) ? (asRecord(RED.nodes.getCredentials(id)) ?? {}) : undefined),
    variable: (name, id) => {
      const node = nodeOf(id)
      return node ? RED.util.getSetting(node, name) : process.env[name]
    },
  }
}
