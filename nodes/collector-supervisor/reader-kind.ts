// One kind of reader as its node registers it: how its configuration is checked, and what its processes need.

import type { Infer, Parsed, TextField } from '../../lib/contract/fields'
import type { ProcessType, Sandbox } from '../../lib/contract/process-row'
import type { readerFields } from '../../lib/contract/reader-fields'
import { CERTIFICATES_FOLDER } from './certificate-store'
import { secretsIn } from './discretion'
import type { ProcessSpec } from './process-spec'

export type ReaderConfig = Infer<typeof readerFields> & { tags: { name: string; deadband: number }[] }

export type ReaderKind<Config extends ReaderConfig = ReaderConfig> = {
  /** Of the node, e.g. modbus-in. */
  nodeType: string
  processType: ProcessType
  /** The collector's script. */
  script: string
  /** All that can be said against the configuration, an empty tag list included. */
  parse(definition: unknown): Parsed<Config>
  /** The same without a look at the tags; absent where a device has nothing to tell without them. */
  parseUntagged?(definition: unknown): Parsed<Config>
  /** Absent: every one is closed. */
  sandbox?(config: Config): Sandbox
  /** File of the device that the driver opens itself; absent or undefined: none. */
  device?(config: Config): string | undefined
  /** Node-RED keeps them apart from the definition; `parse` gets them with it. */
  secrets?: Record<string, TextField>
  /** Whether its processes have certificates, in a folder that they share with the others of their supervisor. */
  certificates?: boolean
}

/** What a process of this kind needs, as it stands in a spec. Without a configuration only what all of the kind need is known. */
export function needsOf<Config extends ReaderConfig>(
  kind: ReaderKind<Config>,
  config: Config | undefined,
): Pick<ProcessSpec, 'script' | 'sandbox' | 'folder' | 'device' | 'secrets'> {
  const device = config && kind.device?.(config)
  return {
    script: kind.script,
    ...(config && kind.sandbox && { sandbox: kind.sandbox(config) }),
    ...(kind.certificates && { folder: CERTIFICATES_FOLDER }),
    ...(device !== undefined && { device }),
    ...(config && secretsIn(kind.secrets, config)),
  }
}
