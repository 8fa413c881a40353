// The dialog of a modbus-in node.

import { showRowsThatApply } from '../../editor/condition'
import { Dialog } from '../../editor/dialog'
import { addStyle, explainChoices, fillRest, offerUsual, openTabs } from '../../editor/form'
import { checkMeasurement, showStandardMeasurement } from '../../editor/measurement'
import { aboutMs, type Outlook, OutlookLine } from '../../editor/outlook-line'
import { PointTagTable } from '../../editor/point-tag-table'
import { checkUnusedName, nameNewReader } from '../../editor/reader-name'
import type { Cells, Tag } from '../../editor/tag'
import { TagTable } from '../../editor/tag-table'
import { type NodeCheck, translateFor, validatorsOf } from '../../editor/validators'
import { wordNotes, wordTypeGroups } from '../../editor/word-notes'
import { type Translate, wordingIn } from '../../editor/wording'
import { checkField, parseFields } from '../../lib/contract/fields'
import { asOneOf, asRecord } from '../../lib/contract/parse'
import { adviceFor } from './advice'
import { checkMaxRegisters, checkTarget, type ModbusConfig, modbusFields, transports } from './fields'
import { forecast } from './forecast'
import { nextAddress } from './next-address'
import { readsOf } from './reads'
import { modbusWordings } from './wordings'

addStyle()

const dialog = new Dialog('node-input')

export const validate = validatorsOf(modbusFields, {
  wordings: modbusWordings,
  checks: {
    name: checkUnusedName,
    measurement: checkMeasurement,
    host: targetCheck('host'),
    serialPort: targetCheck('serialPort'),
    maxRegisters(value, { tags }) {
      const parsed = parseFields({ tags: modbusFields.tags }, { tags })
      return parsed.ok ? checkMaxRegisters({ maxRegisters: Number(value), tags: parsed.value.tags }) : undefined
    },
  },
})

/** What is missing depends on the transport. */
function targetCheck(path: string): NodeCheck {
  return (_value, node) => {
    const given = (property: string): string => String(dialog.given(node, property) ?? '')
    const transport = asOneOf(given('transport') || modbusFields.transport.default, transports)
    if (transport === undefined) return undefined
    const problems = checkTarget({ transport, host: given('host'), serialPort: given('serialPort') })
    return problems.find((problem) => problem.path === path)?.message
  }
}

export function label(this: EditedNode): string {
  return String(this.name || targetOf(this) || translateFor(this)('default-name'))
}

export function labelStyle(this: EditedNode): string {
  return this.name ? 'node_label_italic' : ''
}

export function onadd(this: EditedNode): void {
  nameNewReader(this, 'modbus')
}

/** Where the device is, as far as it is said. */
function targetOf(node: EditedNode): unknown {
  return node.transport === 'rtu' ? node.serialPort : node.host
}

/** Of the dialog that is open. */
let table: TagTable | undefined
let pointTags: PointTagTable | undefined
let outlook: OutlookLine | undefined

export function oneditprepare(this: EditedNode): void {
  const translate = translateFor(this)
  dialog.open(this)
  fillRest(this, modbusFields, 'node-input')
  const tabs = openTabs('collector-modbus-tabs', translate)
  explainChoices(translate)
  offerUsual()
  showRowsThatApply('node-input')
  showStandardMeasurement()
  const wording = wordingIn(translate, modbusWordings)
  const pairs = document.querySelector<HTMLElement>('[data-pairs="pointTags"]')
  if (pairs) pointTags = new PointTagTable(pairs, { stored: this.pointTags, translate, wording })
  const pane = document.querySelector<HTMLElement>('#collector-modbus-tags')
  const form = pane?.closest<HTMLElement>('.collector-form')
  if (!pane || !form) return
  outlook = new OutlookLine(form, translate, () => table && outlookOf(typedConfig(this, table.soundRows()), translate))
  table = new TagTable(pane, {
    list: modbusFields.tags,
    tags: tagsOf(this.tags),
    translate,
    wording,
    groups: { type: wordTypeGroups(translate) },
    notes: (cells) => ({ ...wordNotes(cells.type), reads: describe(cells, translate) }),
    nextAddress: (cells) => nextAddress(cells.address ?? '', cells.type ?? '', cells.length),
    checked(problems) {
      tabs.badge('tags', problems === 0 ? '' : '⚠')
      outlook?.changed()
    },
  })
  tabs.activate(targetOf(this) ? 'tags' : 'device')
}

export function oneditsave(this: EditedNode): void {
  if (table) this.tags = table.tags()
  if (pointTags) this.pointTags = pointTags.stored()
  oneditcancel()
}

export function oneditcancel(): void {
  dialog.close()
  outlook?.close()
  table = undefined
  pointTags = undefined
  outlook = undefined
}

function tagsOf(stored: unknown): Tag[] {
  return Array.isArray(stored) ? stored.map((tag) => asRecord(tag) ?? {}) : []
}

/** The dialog as it stands, for the forecast: what is not, or not yet, a value is taken for the default. */
function typedConfig(node: EditedNode, tags: Cells[]): ModbusConfig {
  const { name, supervisor, measurement, pointTags, ...rest } = modbusFields
  const sound = Object.entries(rest).flatMap(([property, field]) => {
    const value = property === 'tags' ? tags : dialog.given(node, property)
    return checkField(field, value) === undefined ? [[property, value]] : []
  })
  const parsed = parseFields(modbusFields, { name: 'x', supervisor: 'x', ...Object.fromEntries(sound) })
  if (!parsed.ok) throw new TypeError('what has been checked property by property is a configuration')
  return parsed.value
}

/** Nothing without tags. */
function outlookOf(config: ModbusConfig, translate: Translate): Outlook | undefined {
  if (config.tags.length === 0) return undefined
  const tooFew = checkMaxRegisters(config)
  if (tooFew !== undefined) {
    return { problem: `${translate('label.maxRegisters')}: ${wordingIn(translate, modbusWordings)(tooFew)}` }
  }
  const { requests, cycleMs } = forecast(config)
  const advice = cycleMs <= config.interval ? [] : adviceFor(config)
  return {
    requests,
    cycleMs,
    intervalMs: config.interval,
    advice: advice.map(({ property, value, cycleMs }) =>
      translate(`outlook.help-${property}`, { value, cycle: aboutMs(cycleMs) }),
    ),
  }
}

/** "holding 40124 · wire 123", "holding 40001–40002 · wire 0–1 · unit 17" */
function describe(cells: Cells, translate: Translate): string {
  const reads = readsOf(cells)
  if (!reads) return ''
  const { area, number, wire, unit } = reads
  const text = translate('reads', { area: translate(`area.${area}`), number, wire })
  return unit === undefined ? text : translate('reads-unit', { reads: text, unit })
}
