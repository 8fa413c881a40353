// What the keys do in a cell of the tag table: Enter adds below, Ctrl+D duplicates, Ctrl+Delete removes, Alt+arrow moves the
// row, an arrow goes to the next one.

export type KeyAction = { kind: 'add' } | { kind: 'duplicate' } | { kind: 'remove' } | Step
type Step = { kind: 'move' | 'go'; direction: 'up' | 'down' }

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>

/** undefined for what is the browser's. In a list to choose from the arrows are its own. */
export function keyAction(pressed: Pressed, cell: 'input' | 'list'): KeyAction | undefined {
  if (pressed.isComposing) return undefined
  const command = pressed.ctrlKey || pressed.metaKey
  switch (pressed.key) {
    case 'Enter':
      return command ? undefined : { kind: 'add' }
    case 'd':
    case 'D':
      return command ? { kind: 'duplicate' } : undefined
    case 'Delete':
      return command ? { kind: 'remove' } : undefined
    case 'ArrowUp':
    case 'ArrowDown': {
      const direction = pressed.key === 'ArrowUp' ? 'up' : 'down'
      if (pressed.altKey) return { kind: 'move', direction }
      return command || cell === 'list' ? undefined : { kind: 'go', direction }
    }
    default:
      return undefined
  }
}
