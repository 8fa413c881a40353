// Where a process is in the flow: the node that it belongs to.

import type { ProcessRow } from '../../lib/contract/process-row'

/** Shows it on the canvas; a historian's supervisor in the tab of configuration nodes. false = it is not to be found here. */
export function revealNode(row: ProcessRow): boolean {
  if (row.type === 'historian') {
    const supervisor = nodesOf('collector-supervisor').find(({ name }) => name === row.supervisor)
    if (supervisor) RED.sidebar.config.show(supervisor.id)
    return supervisor !== undefined
  }
  // A name may come from the environment, which the editor does not know.
  const node = nodesOf(`${row.type}-in`).find(({ name }) => name === row.name)
  if (node) RED.view.reveal(node.id)
  return node !== undefined
}

function nodesOf(type: string): EditedNode[] {
  const found: EditedNode[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === type) found.push(node)
  })
  RED.nodes.eachConfig((node) => {
    if (node.type === type) found.push(node)
  })
  return found
}
