// What all dialogs have in common besides their rows (form-row.mjs): style, defaults, tabs, and explanations of a choice.

import type { Fields } from '../lib/contract/fields'
import style from './style.css'
import { element } from './tag-row'
import type { Translate } from './wording'

const STYLE_ID = 'collector-style'

/** Called once a node's code is loaded; the three nodes share one style sheet. */
export function addStyle(): void {
  if (document.getElementById(STYLE_ID)) return
  const sheet = element('style', '', { id: STYLE_ID })
  sheet.textContent = style
  document.head.append(sheet)
}

/** A property that the flow does not have, e.g. of an older version, is shown with its default instead of empty or off. */
export function fillAbsent(node: EditedNode, fields: Fields, prefix: 'node-input' | 'node-config-input'): void {
  for (const [name, field] of Object.entries(fields)) {
    if (node[name] !== undefined) continue
    const input = document.getElementById(`${prefix}-${name}`)
    if (input instanceof HTMLInputElement && input.type === 'checkbox') input.checked = field.default === true
    else if (input instanceof HTMLInputElement || (input instanceof HTMLSelectElement && field.kind === 'choice')) {
      input.value = String(field.default)
    }
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
      explanation.textContent = translate(`explain.${name}.${select.value}`)
    }
    select.addEventListener('change', explain)
    explain()
  }
}
