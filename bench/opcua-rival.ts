// The usual way to read OPC UA in Node-RED, node-red-contrib-opcua, beside this package.

import type { OpcuaDeviceProcess } from '../simulators/opcua/device-process'
import type { FlowNode } from '../test/support/node-red'
import { countedFlow, opcuaReader, opcuaRivalNodes, type ReaderPlan } from './flow/bench-node-red'
import { measureContest, type RivalCost, type RivalPlan } from './rival'

/** What both are to read. */
export const OPCUA_CONTEST = { values: 1000, intervalMs: 100 } as const
const RIVAL = { name: 'node-red-contrib-opcua', version: '0.2.354' }

export function measureOpcuaRival(
  plan: Omit<RivalPlan, 'values' | 'intervalMs'>,
  { endpoint }: OpcuaDeviceProcess,
  tell: (text: string) => void,
): Promise<RivalCost[] | undefined> {
  const { values } = OPCUA_CONTEST
  const reader: ReaderPlan = { name: 'reader', ...OPCUA_CONTEST }
  const ours = (emit: 'cycle' | 'tag'): FlowNode => opcuaReader(reader, endpoint, { emit })
  // The rival sends a message for each value.
  const contestants = [
    { name: `${RIVAL.name} ${RIVAL.version}`, flow: countedFlow(1, opcuaRivalNodes(reader, endpoint)) },
    { name: '**collectors**, a message a value', flow: countedFlow(1, [ours('tag')]) },
    { name: '**collectors**, a message a cycle', flow: countedFlow(values, [ours('cycle')]) },
  ]
  return measureContest(plan, { rival: RIVAL, idle: countedFlow(1, []), contestants }, tell)
}
