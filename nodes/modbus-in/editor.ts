// The dialog of a modbus-in node.

import { addStyle, explainChoices, fillAbsent, openTabs } from '../../editor/form'
import { checkMeasurement, showStandardMeasurement } from '../../editor/measurement'
import { PointTagTable } from '../../editor/point-tag-table'
import { checkUnusedName, nameNewReader } from '../../editor/reader-name'
import type { Tag } from '../../editor/tag'
import { TagTable } from '../../editor/tag-table'
import { translateFor, validatorsOf } from '../../editor/validators'
import { type Translate, wordingIn } from '../../editor/wording'
import { parseFields } from '../../lib/contract/fields'
import { asRecord } from '../../lib/contract/parse'
import { describeAddress, parseAddress } from './addresses'
import { checkMaxRegisters, modbusFields } from './fields'
import { nextAddress } from './next-address'
import { modbusWordings } from './wordings'

addStyle()

export const validate = validatorsOf(modbusFields, {
  wordings: modbusWordings,
  checks: {
    name: checkUnusedName,
    measurement: checkMeasurement,
    maxRegisters(value, { tags }) {
      const parsed = parseFields({ tags: modbusFields.tags }, { tags })
      return parsed.ok ? checkMaxRegisters({ maxRegisters: Number(value), tags: parsed.value.tags }) : undefined
    },
  },
})

export function label(this: EditedNode): string {
  return String(this.name || this.host || translateFor(this)('default-name'))
}

export function labelStyle(this: EditedNode): string {
  return this.name ? 'node_label_italic' : ''
}

export function onadd(this: EditedNode): void {
  nameNewReader(this, 'modbus')
}

/** Of the dialog that is open: Node-RED opens one of a type at a time. */
let table: TagTable | undefined
let pointTags: PointTagTable | undefined

export function oneditprepare(this: EditedNode): void {
  const translate = translateFor(this)
  fillAbsent(this, modbusFields, 'node-input')
  const tabs = openTabs('collector-modbus-tabs', translate)
  explainChoices(translate)
  showStandardMeasurement()
  const wording = wordingIn(translate, modbusWordings)
  const pairs = document.querySelector<HTMLElement>('[data-pairs="pointTags"]')
  if (pairs) pointTags = new PointTagTable(pairs, { stored: this.pointTags, translate, wording })
  const pane = document.querySelector<HTMLElement>('#collector-modbus-tags')
  if (!pane) return
  table = new TagTable(pane, {
    list: modbusFields.tags,
    tags: tagsOf(this.tags),
    translate,
    wording,
    describe: (cells) => describe(cells.address ?? '', translate),
    nextAddress: (cells) => nextAddress(cells.address ?? '', cells.type ?? ''),
    checked: (problems) => tabs.badge('tags', problems === 0 ? '' : '⚠'),
  })
  tabs.activate(!this.host ? 'device' : 'tags')
}

export function oneditsave(this: EditedNode): void {
  if (table) this.tags = table.tags()
  if (pointTags) this.pointTags = pointTags.stored()
  oneditcancel()
}

export function oneditcancel(): void {
  table = undefined
  pointTags = undefined
}

function tagsOf(stored: unknown): Tag[] {
  return Array.isArray(stored) ? stored.map((tag) => asRecord(tag) ?? {}) : []
}

/** "holding 40124 · wire 123" */
function describe(address: string, translate: Translate): string {
  const parsed = parseAddress(address)
  if ('problem' in parsed) return ''
  const number = /^\w+ (\S+)/.exec(describeAddress(parsed))?.[1] ?? ''
  return translate('reads', { area: translate(`area.${parsed.area}`), number, wire: parsed.address })
}
