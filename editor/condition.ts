// Rows of a dialog that belong to a choice in another row: `when="historian=influxdb influxVersion=1,3"` in the html.

import { type InputPrefix, inputValue } from './inputs'
import { isPlaceholder } from './placeholder'

/** Property -> the values with which it holds. All properties must hold. */
export type Condition = Map<string, string[]>

/** A blank is "and", a comma is "or". */
export function parseCondition(text: string): Condition {
  return new Map(
    text.split(' ').map((part) => {
      const [property = '', values = ''] = part.split('=')
      return [property, values.split(',')]
    }),
  )
}

/** What is left to the environment may be any of the values. */
export function holds(condition: Condition, valueAt: (property: string) => string): boolean {
  return [...condition].every(([property, values]) => {
    const value = valueAt(property)
    return values.includes(value) || isPlaceholder(value)
  })
}

/** From now on, rows with a condition are shown while it holds. The inputs of the others keep what stands in them. */
export function showRowsThatApply(prefix: InputPrefix): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.collector-form [data-when]')].map((row) => ({
    row,
    condition: parseCondition(row.dataset.when ?? ''),
  }))
  const show = (): void => {
    for (const { row, condition } of rows) {
      row.hidden = !holds(condition, (property) => inputValue(prefix, property) ?? '')
    }
  }
  for (const property of new Set(rows.flatMap(({ condition }) => [...condition.keys()]))) {
    document.getElementById(`${prefix}-${property}`)?.addEventListener('change', show)
  }
  show()
}
