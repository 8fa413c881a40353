// What all dialogs have in common besides their rows (form-row.mjs): style, defaults, tabs, and explanations of a choice.

import type { Fields } from '../lib/contract/fields'
import { element } from './element'
import type { InputPrefix } from './inputs'
import { isPlaceholder } from './placeholder'
import style from './style.css'
import type { Translate } from './wording'

const STYLE_ID = 'collector-style'

/** Called once a node's code is loaded; the three nodes share one style sheet. */
export function addStyle(): void {
  if (document.getElementById(STYLE_ID)) return
  const sheet = element('style', '', { id: STYLE_ID })
  sheet.textContent = style
  document.head.append(sheet)
}

/**
 * What Node-RED has not filled in. A property that the flow does not have, e.g. of an older version, is shown with its default
 * instead of empty or off; of a list to choose from, one that is not in it, e.g. a placeholder, is shown instead of nothing.
 * Credentials are Node-RED's.
 */
export function fillRest(node: EditedNode, fields: Fields, prefix: InputPrefix): void {
  for (const [name, field] of Object.entries(fields)) {
    if ('secret' in field && field.secret) continue
    const stored = node[name]
    const input = document.getElementById(`${prefix}-${name}`)
    if (input instanceof HTMLSelectElement && (field.kind === 'choice' || field.kind === 'number')) {
      choose(input, String(stored ?? field.default))
    } else if (stored === undefined && input instanceof HTMLInputElement) {
      if (input.type === 'checkbox') input.checked = field.default === true
      else input.value = String(field.default)
    }
  }
}

function choose(select: HTMLSelectElement, value: string): void {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(value, value))
  select.value = value
}

/** The rows that few devices need stay folded away where all of them have their defaults. */
export function unfoldUsed(node: EditedNode, fields: Fields): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>('.collector-form details.collector-fold')) {
    const rows = Object.entries(fields).filter(([name]) => fold.querySelector(`#node-input-${name}`))
    fold.open = rows.some(([name, field]) => String(node[name] ?? field.default) !== String(field.default))
    fold.addEventListener('toggle', () => {
      if (fold.open && fold.contains(document.activeElement)) fold.scrollIntoView({ block: 'start' })
    })
  }
}

/** The buttons below an input that offer what is usual for it. */
export function offerUsual(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('.collector-usual [data-offers]')) {
    const input = document.getElementById(button.dataset.offers ?? '')
    button.addEventListener('click', () => {
      if (!(input instanceof HTMLInputElement)) return
      input.value = button.textContent
      input.dispatchEvent(new Event('change', { bubbles: true }))
    })
  }
}

export type Tabs = {
  activate(tab: string): void
  /** Behind the tab's label, e.g. the number of problems in it; '' for nothing. */
  badge(tab: string, text: string): void
}

/**
 * `<ul class="collector-tabs" id="...">` and a `<div class="collector-pane" data-tab="...">` each, in the dialog's html.
 * Labels are `tab.<tab>` of the catalog.
 */
export function openTabs(id: string, translate: Translate): Tabs {
  const panes = [...document.querySelectorAll<HTMLElement>('.collector-pane[data-tab]')]
  const idOf = (tab: string | undefined): string => `${id}-${tab}`
  const tabs = RED.tabs.create({
    id,
    onchange(tab) {
      for (const pane of panes) pane.hidden = idOf(pane.dataset.tab) !== tab.id
    },
  })
  for (const { dataset } of panes) tabs.addTab({ id: idOf(dataset.tab), label: translate(`tab.${dataset.tab}`) })
  const labels = new Map<string, string>()
  return {
    activate: (tab) => tabs.activateTab(idOf(tab)),
    badge(tab, text) {
      const label = `${translate(`tab.${tab}`)} ${text}`.trim()
      if (labels.get(tab) !== label) tabs.renameTab(idOf(tab), label)
      labels.set(tab, label)
    },
  }
}

/** Below every select that has `explain` in the html stands what its choice means. */
export function explainChoices(translate: Translate): void {
  for (const explanation of document.querySelectorAll<HTMLElement>('[data-explains]')) {
    const select = document.getElementById(explanation.dataset.explains ?? '')
    if (!(select instanceof HTMLSelectElement)) continue
    const name = select.id.replace(/^node(-config)?-input-/, '')
    const explain = (): void => {
      explanation.textContent = isPlaceholder(select.value) ? '' : translate(`explain.${name}.${select.value}`)
    }
    select.addEventListener('change', explain)
    explain()
  }
}
