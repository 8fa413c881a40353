// The live queue of a running Node-RED, and witnesses that count what is lost on the way through it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { flowOf, SUPERVISOR, supervisorNode } from './flows'
import { NodeRed } from './node-red'
import type { Witness } from './witness'

/** Where the live queue of the supervisor lies now. */
export function liveFolder(nodeRed: NodeRed): string {
  const folder: unknown = JSON.parse(readFileSync(join(nodeRed.userDir, 'collectors', SUPERVISOR, 'live.json'), 'utf8'))
  assert.ok(typeof folder === 'string')
  return folder
}

export async function startWith(witnesses: readonly Witness[], launcher?: string[]): Promise<NodeRed> {
  const nodeRed = await NodeRed.start({
    flows: flowOf(supervisorNode(), ...witnesses.flatMap((witness) => witness.nodes())),
    ...(launcher && { launcher }),
  })
  for (const witness of witnesses) await witness.moreSamples(nodeRed, 5)
  return nodeRed
}

/** What is lost is counted, neither more nor less; nobody was restarted for it. */
export async function assertAccountedFor(nodeRed: NodeRed, witnesses: readonly Witness[]): Promise<number> {
  assert.ok(nodeRed.alive, nodeRed.output.slice(-5000))
  let lost = 0
  for (const witness of witnesses) {
    await witness.moreSamples(nodeRed, 5)
    const { dropped, generation } = await nodeRed.row(witness.name)
    assert.equal(dropped, witness.lost(nodeRed), witness.name)
    assert.equal(generation, 1)
    lost += dropped
  }
  return lost
}
