// What Node-RED's editor has to know of a reader, whatever its protocol: the checks of its properties, what it is called in the
// flow, and its dialog with tabs, tag table, additional tags and the line at its foot.

import { checkField, type Fields, type Infer, type ListField, parseFields } from '../lib/contract/fields'
import { asRecord } from '../lib/contract/parse'
import { showRowsThatApply } from './condition'
import { Dialog } from './dialog'
import { addStyle, explainChoices, fillRest, offerUsual, openTabs, unfoldUsed } from './form'
import { type PlaceReader, plainPlace } from './list/interpretation'
import { checkMeasurement, showStandardMeasurement } from './measurement'
import { type Outlook, OutlookLine } from './outlook-line'
import { PointTagTable } from './point-tag-table'
import { checkUnusedName, nameNewReader } from './reader-name'
import type { Cells, Tag } from './tag'
import type { ChoiceGroup, RowNotes } from './tag-row'
import { TagTable } from './tag-table'
import { translateFor, type Validate, validatorsOf } from './validators'
import { type Translate, type Wording, wordingIn } from './wording'

/** A property of the node as it is typed, else as it is stored. */
export type Given = (property: string) => unknown

export type ReaderKind<F extends Fields & { tags: ListField }> = {
  fields: F
  /** Of names for new readers: modbus-1. */
  stem: string
  /** How to say what the protocol's own checks find. */
  wordings: readonly Wording[]
  /** What a property may be beside the others; a text says what is wrong, in English. */
  checks: Readonly<Record<string, (value: unknown, given: Given) => string | undefined>>
  /** Where the device is, as far as it is said. */
  target(given: Given): unknown
  /** The tag list, where what a tag may be depends on other properties. */
  tagsGiven?(given: Given): ListField
  /** Those properties. */
  decisive?: readonly string[]
  groups(translate: Translate): Readonly<Record<string, readonly ChoiceGroup[]>>
  notes(cells: Cells, given: Given, translate: Translate): RowNotes
  /** The address behind a tag's own; '' when there is none. */
  nextAddress(cells: Cells, given: Given): string
  /** Addresses of vendors' lists; absent: they are written as in the table. */
  readPlace?: PlaceReader
  /** Of a configuration that has tags, in which property by property is right; undefined where nothing can be said. */
  outlook(config: Infer<F>, translate: Translate, wording: (message: string) => string): Outlook | undefined
}

type OpenDialog = { table?: TagTable; pointTags?: PointTagTable; outlook?: OutlookLine }

export type ReaderEditor = {
  validate: Record<string, Validate>
  label(this: EditedNode): string
  labelStyle(this: EditedNode): string
  onadd(this: EditedNode): void
  oneditprepare(this: EditedNode): void
  oneditsave(this: EditedNode): void
  oneditcancel(): void
}

/** The ids in a reader's html. */
const TABS = 'collector-reader-tabs'
const TAGS = 'collector-reader-tags'

export function readerEditor<F extends Fields & { tags: ListField }>(kind: ReaderKind<F>): ReaderEditor {
  addStyle()
  const dialog = new Dialog('node-input')
  let open: OpenDialog = {}

  const givenOf =
    (node: EditedNode): Given =>
    (property) =>
      dialog.given(node, property)
  const tagsGiven = (given: Given): ListField => kind.tagsGiven?.(given) ?? kind.fields.tags

  const validate = validatorsOf(kind.fields, {
    wordings: kind.wordings,
    checks: {
      name: checkUnusedName,
      measurement: checkMeasurement,
      ...Object.fromEntries(
        Object.entries(kind.checks).map(([property, check]) => [
          property,
          (value: unknown, node: EditedNode) => check(value, givenOf(node)),
        ]),
      ),
    },
    listOf: (node) => tagsGiven(givenOf(node)),
  })

  function prepare(node: EditedNode): void {
    const translate = translateFor(node)
    const given = givenOf(node)
    dialog.open(node)
    fillRest(node, kind.fields, 'node-input')
    unfoldUsed(node, kind.fields)
    const tabs = openTabs(TABS, translate)
    explainChoices(translate)
    offerUsual()
    showRowsThatApply('node-input')
    showStandardMeasurement()
    const wording = wordingIn(translate, kind.wordings)
    const pairs = document.querySelector<HTMLElement>('[data-pairs="pointTags"]')
    if (pairs) open.pointTags = new PointTagTable(pairs, { stored: node.pointTags, translate, wording })
    const pane = document.getElementById(TAGS)
    const form = pane?.closest<HTMLElement>('.collector-form')
    if (!pane || !form) return
    const outlook = new OutlookLine(form, translate, () => {
      const rows = open.table?.soundRows() ?? []
      return rows.length === 0 ? undefined : kind.outlook(typedConfig(kind.fields, given, rows), translate, wording)
    })
    const table = new TagTable(pane, {
      list: tagsGiven(given),
      tags: tagsOf(node.tags),
      translate,
      wording,
      groups: kind.groups(translate),
      notes: (cells) => kind.notes(cells, given, translate),
      nextAddress: (cells) => kind.nextAddress(cells, given),
      readPlace: kind.readPlace ?? plainPlace,
      checked(problems) {
        tabs.badge('tags', problems === 0 ? '' : '⚠')
        outlook.changed()
      },
    })
    for (const property of kind.decisive ?? []) {
      document.getElementById(`node-input-${property}`)?.addEventListener('change', () => table.refresh())
    }
    open = { ...open, table, outlook }
    tabs.activate(kind.target(given) ? 'tags' : 'device')
  }

  function close(): void {
    dialog.close()
    open.outlook?.close()
    open = {}
  }

  return {
    validate,
    label() {
      return String(this.name || kind.target((property) => this[property]) || translateFor(this)('default-name'))
    },
    labelStyle() {
      return this.name ? 'node_label_italic' : ''
    },
    onadd() {
      nameNewReader(this, kind.stem)
    },
    oneditprepare() {
      prepare(this)
    },
    oneditsave() {
      if (open.table) this.tags = open.table.tags()
      if (open.pointTags) this.pointTags = open.pointTags.stored()
      close()
    },
    oneditcancel: close,
  }
}

function tagsOf(stored: unknown): Tag[] {
  return Array.isArray(stored) ? stored.map((tag) => asRecord(tag) ?? {}) : []
}

/** The dialog as it stands: what is not, or not yet, a value is taken for the default. */
function typedConfig<F extends Fields & { tags: ListField }>(fields: F, given: Given, tags: Cells[]): Infer<F> {
  const sound = Object.entries(fields).flatMap(([property, field]) => {
    const value = property === 'tags' ? tags : given(property)
    return checkField(field, value) === undefined ? [[property, value]] : []
  })
  const parsed = parseFields(fields, { ...Object.fromEntries(sound), name: 'x', supervisor: 'x' })
  if (!parsed.ok) throw new TypeError('what has been checked property by property is a configuration')
  return parsed.value
}
