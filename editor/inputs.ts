// The inputs of the dialog that is open.

export type InputPrefix = 'node-input' | 'node-config-input'

/** What stands in an input of the dialog, as text; undefined when it has none of this property. */
export function inputValue(prefix: InputPrefix, property: string): string | undefined {
  const input = document.getElementById(`${prefix}-${property}`)
  if (input instanceof HTMLInputElement && input.type === 'checkbox') return String(input.checked)
  return input instanceof HTMLInputElement || input instanceof HTMLSelectElement ? input.value : undefined
}
