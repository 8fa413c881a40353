// The usual way to read Modbus in Node-RED, node-red-contrib-modbus, beside this package.

import type { DeviceProcess } from '../simulators/modbus/device-process'
import { type Load, loadFlow } from './flow/bench-node-red'
import { measureContest, type RivalCost, type RivalPlan } from './rival'

/** Its own copy of modbus-serial comes from a URL that not everybody reaches; the one from the registry stands in for it. */
const RIVAL = {
  name: 'node-red-contrib-modbus',
  version: '5.60.2',
  overrides: { '@openp4nr/modbus-serial': 'npm:modbus-serial@8' },
}
const READERS = 50

export function measureModbusRival(
  plan: RivalPlan,
  { port }: DeviceProcess,
  tell: (text: string) => void,
): Promise<RivalCost[] | undefined> {
  const load: Load = { readers: READERS, values: plan.values, intervalMs: plan.intervalMs }
  const contestants = [
    { name: `${RIVAL.name} ${RIVAL.version}`, flow: loadFlow('rival', load, port) },
    { name: '**collectors**', flow: loadFlow('collectors', load, port) },
  ]
  return measureContest(plan, { rival: RIVAL, idle: loadFlow('none', load, port), contestants }, tell)
}
