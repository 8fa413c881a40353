// What somebody wants to ask of a device, with the settings of a dialog -> the spec of a process that can ask. The door: of what came
// over HTTP only settings go through, checked as those of a node are.

import { NAME_MAX_LENGTH } from '../../lib/contract/command'
import { Fault } from '../../lib/contract/fault'
import { describeProblems } from '../../lib/contract/fields'
import { asRecord, asText } from '../../lib/contract/parse'
import { checkReaderName } from '../../lib/contract/reader-fields'
import { secretsIn } from './discretion'
import type { InspectionSpec } from './inspection-process'
import type { Question } from './questions'
import { type DeployedNodes, deviceOf, type ReaderKinds } from './reader-kinds'

export type InspectionRequest = {
  /** Who asks: each has one process at a time. */
  client: string
  /** Id of the supervisor. */
  supervisor: string
  /** e.g. opcua-in: it says what program asks. */
  nodeType: string
  /** Id of the node whose dialog it is; '' for one that was never deployed. */
  node: string
  /** Properties of the node, as they stand in the dialog. */
  settings: Record<string, unknown>
  /** Those that were typed anew; the others are as deployed. */
  secrets: Record<string, unknown>
  /** The question is about the device and not about the tags. */
  untagged: boolean
}

export interface Inspection {
  /** Rejects with a Fault that says in words what is wrong: with the settings, the device or the process. */
  ask(question: Question): Promise<unknown>
  /** Settles when its process is gone. Without it that ends by itself, when nobody asks for a while. */
  close(): Promise<void>
}

export interface Inspector {
  /**
   * A reader that is deployed with these very settings and runs answers `read-now` itself, all else a process of its own. Throws a
   * Fault of kind `config` for settings that cannot work.
   */
  inspect(request: InspectionRequest): Inspection
  /** The same as `close` of what this client has. */
  closeInspection(client: string): Promise<void>
}

const ID_MAX = 200
/** What the editor shows in the place of a password that it was not given. */
const UNCHANGED = '__PWRD__'
/** The name of an environment variable as a whole property, as Node-RED has it. */
const VARIABLE = /^\$\{(\S+)\}$/
const DEPTH_MAX = 8

/** undefined for anything that is no request. */
export function parseInspectionRequest(
  input: unknown,
): Omit<InspectionRequest, 'client' | 'nodeType' | 'untagged'> | undefined {
  const record = asRecord(input)
  const supervisor = asText(record?.supervisor, ID_MAX)
  const node = asText(record?.node ?? '', ID_MAX)
  const settings = asRecord(record?.settings)
  const secrets = asRecord(record?.secrets ?? {})
  if (supervisor === undefined || node === undefined || !settings || !secrets) return undefined
  return { supervisor, node, settings, secrets }
}

/** Throws a Fault of kind `config`. */
export function inspectionSpec(request: InspectionRequest, kinds: ReaderKinds): InspectionSpec {
  const { nodeType, node, supervisor, settings, untagged } = request
  const found = kinds.get(nodeType)
  if (!found) throw new Fault('config', 'not-found', `there is no reader "${nodeType}"`)
  const { kind, deployed } = found
  const parse = untagged ? kind.parseUntagged : kind.parse
  if (!parse) throw new Fault('config', 'no-browse', `the devices of ${nodeType} cannot be browsed`)
  const given = untagged ? { ...settings, tags: [] } : settings
  const plain = withVariables(given, (name) => deployed.variable(name, node), DEPTH_MAX)
  const secrets = secretsOf(request, Object.keys(kind.secrets ?? {}), deployed)
  const parsed = parse({
    ...asRecord(plain),
    ...secrets,
    name: nameOf(plain),
    supervisor,
  })
  if (!parsed.ok) throw new Fault('config', 'configuration', describeProblems(parsed.problems))
  const { script, folder, sandbox } = kind
  const config = parsed.value
  return {
    script,
    ...(sandbox && { sandbox: sandbox(config) }),
    ...(folder !== undefined && { folder }),
    ...deviceOf(kind, config),
    ...secretsIn(kind.secrets, config),
    config,
  }
}

/** It may not be typed yet, or be of nobody's concern: the process is in no table. */
function nameOf(settings: unknown): string {
  const name = asText(asRecord(settings)?.name, NAME_MAX_LENGTH)
  return name && checkReaderName(name) === undefined ? name : 'inspection'
}

function secretsOf(
  { node, secrets }: InspectionRequest,
  names: readonly string[],
  deployed: DeployedNodes,
): Record<string, unknown> {
  const known = deployed.secrets(node) ?? {}
  return Object.fromEntries(
    names.map((name) => {
      const typed = secrets[name]
      return [name, typed === undefined || typed === UNCHANGED ? known[name] : typed]
    }),
  )
}

function withVariables(value: unknown, variable: (name: string) => unknown, depth: number): unknown {
  if (typeof value === 'string') {
    const [, name] = VARIABLE.exec(value) ?? []
    return name === undefined ? value : (variable(name) ?? value)
  }
  if (typeof value !== 'object' || value === null || depth === 0) return value
  if (Array.isArray(value)) return value.map((item) => withVariables(item, variable, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withVariables(part, variable, depth - 1)]))
}
