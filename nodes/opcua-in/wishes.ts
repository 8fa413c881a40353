// What the configuration of a reader comes to for what it asks of a server: nodes, filters, sampling, a login, texts.

import { Fault } from '../../lib/contract/fault'
import { type OpcuaConfig, parseFilter } from './fields'
import { parseNodeAddress } from './node-ids'
import type { Wanted } from './source'

type Tag = OpcuaConfig['tags'][number]

export function wantedOf({ name, address, filter }: Tag): Wanted {
  const parsed = parseNodeAddress(address)
  // The fields have been checked, so this is for those who come here by another way.
  if ('problem' in parsed) throw new Fault('config', 'tag-invalid', `tag "${name}": ${parsed.problem}`)
  return { name, address: parsed, deadband: parseFilter(filter) }
}

/** As ItemWish has it. */
export function samplingMsOf({ fastestSampling, samplingInterval }: OpcuaConfig): number {
  return fastestSampling ? 0 : samplingInterval || -1
}

/** Of the server: a tag that has texts of its own, or is scaled, is a number. */
export function mayHaveTexts({ enumerations }: OpcuaConfig, tag: Tag): boolean {
  const { scale, offset, scaleFrom, texts } = tag
  return enumerations === 'text' && scale === 1 && offset === 0 && scaleFrom.trim() === '' && texts.trim() === ''
}

export function userOf({ authentication, username, password, insecurePassword }: OpcuaConfig) {
  if (authentication === 'username')
    return { kind: 'username', name: username, password, insists: insecurePassword } as const
  return authentication === 'certificate' ? ({ kind: 'certificate' } as const) : ({ kind: 'anonymous' } as const)
}
