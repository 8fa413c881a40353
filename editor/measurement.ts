// The name that a reader's points have in the database.

import { checkPointText } from '../lib/contract/point-text'
import { inputValue } from './inputs'

/** A check for a `measurement` that is left empty: it is the name of the reader then. */
export function checkMeasurement(value: unknown, { name }: EditedNode): string | undefined {
  // Without a name the reader has another problem.
  return value || !name ? undefined : checkPointText('measurement', String(name))
}

/** Shows the name of the reader where the measurement is left empty. */
export function showStandardMeasurement(): void {
  const measurement = document.getElementById('node-input-measurement')
  const name = document.getElementById('node-input-name')
  if (!(measurement instanceof HTMLInputElement)) return
  const show = (): void => {
    measurement.placeholder = inputValue('node-input', 'name') ?? ''
  }
  name?.addEventListener('input', show)
  show()
}
