// Where in a value something is: the element of an array, the field of a structure.

export type Place = {
  readonly within: Place | undefined
  /** Index of an element, or name of a field. */
  readonly at: number | string
}

/** `element 3`, `field Motor.Speeds[2]`, `element 3, field Speed`; of a matrix `element 0,2`. '' = the value itself. */
export function placeText(place: Place | undefined): string {
  const steps: (number | string)[] = []
  for (let next = place; next; next = next.within) steps.unshift(next.at)
  const first = steps.findIndex((step) => typeof step === 'string')
  const indices = first < 0 ? steps : steps.slice(0, first)
  const fields = first < 0 ? [] : steps.slice(first)
  return [
    indices.length > 0 ? `element ${indices.join(',')}` : '',
    fields.length > 0 ? `field ${fields.map(stepText).join('')}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function stepText(step: number | string, position: number): string {
  if (typeof step === 'number') return `[${step}]`
  return position === 0 ? step : `.${step}`
}
