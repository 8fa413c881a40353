// The dialog of an opcua-in node.

import type { Outlook } from '../../editor/outlook-line'
import { type Given, readerEditor } from '../../editor/reader-editor'
import type { Cells } from '../../editor/tag'
import type { Translate } from '../../editor/wording'
import { parseFields } from '../../lib/contract/fields'
import { checkLogin, type OpcuaConfig, opcuaFields, opcuaSecrets } from './fields'
import { nextAddress } from './next-address'
import { type NodeAddress, parseNodeAddress } from './node-ids'
import { opcuaWordings } from './wordings'

const fields = { ...opcuaFields, ...opcuaSecrets }

export const { validate, label, labelStyle, onadd, oneditprepare, oneditsave, oneditcancel } = readerEditor({
  fields,
  stem: 'opcua',
  wordings: opcuaWordings,
  checks: {
    securityMode: loginCheck('securityMode'),
    authentication: loginCheck('authentication'),
    username: loginCheck('username'),
  },
  target: (given) => given('endpoint'),
  groups: () => ({}),
  notes: (cells, _given, translate) => ({
    reads: describe(cells, translate),
    choices: {},
    idle: [],
    needed: [],
    hints: {},
  }),
  nextAddress: (cells) => nextAddress(cells.address ?? ''),
  outlook: outlookOf,
})

/** The properties that a login hangs on are looked at together. */
function loginCheck(path: string) {
  const { securityMode, authentication, username, insecurePassword } = fields
  const decisive = { securityMode, authentication, username, insecurePassword }
  return (_value: unknown, given: Given): string | undefined => {
    const names = Object.keys(decisive)
    const parsed = parseFields(decisive, Object.fromEntries(names.map((name) => [name, given(name)])))
    return parsed.ok ? checkLogin(parsed.value).find((problem) => problem.path === path)?.message : undefined
  }
}

/** How many requests the server answers with is its own affair; what keeps a reader from logging in can be said. */
function outlookOf(
  config: OpcuaConfig,
  translate: Translate,
  wording: (message: string) => string,
): Outlook | undefined {
  const [problem] = checkLogin(config)
  return problem && { problem: `${translate(`label.${problem.path}`)}: ${wording(problem.message)}` }
}

/** "namespace 2 · text", "http://plant/ · number", "namespace 2 · text · elements 0–9" */
function describe(cells: Cells, translate: Translate): string {
  const address = parseNodeAddress(cells.address ?? '')
  if ('problem' in address) return ''
  const text = translate('reads', {
    space: spaceOf(address, translate),
    kind: translate(`kind.${address.id.kind}`),
  })
  const range = address.range.replaceAll(':', '–').replaceAll(',', ' × ')
  return range === '' ? text : translate('reads-range', { reads: text, range })
}

function spaceOf({ namespace }: NodeAddress, translate: Translate): string {
  if (typeof namespace === 'string') return namespace
  return namespace === 0 ? translate('reads-standard') : translate('reads-index', { index: namespace })
}
