// The name that a reader's points have in the database.

import { checkPointText } from '../lib/contract/point-text'
import { inputValue } from './condition'

/** A check for `measurement`: without one of its own it is the name of the reader. */
export function checkMeasurement(value: unknown, node: EditedNode): string | undefined {
  const measurement = value === undefined || value === '' ? node.name : value
  // Without a name the reader has another problem.
  return measurement === undefined || measurement === ''
    ? undefined
    : checkPointText('measurement', String(measurement))
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
