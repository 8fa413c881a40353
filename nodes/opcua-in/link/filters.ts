// A deadband as the library has it.

import { DataChangeFilter, DataChangeTrigger, DeadbandType } from 'node-opcua-client'
import type { Deadband } from '../session'

export function filterOf({ type, value }: Deadband): DataChangeFilter {
  return new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValue,
    deadbandType: type === 'absolute' ? DeadbandType.Absolute : DeadbandType.Percent,
    deadbandValue: value,
  })
}
