// A button that asks once more: the first press shows what it would do, the second does it. It forgets the first press when it
// loses the focus, on Escape, and after a while.

import { element } from '../element'

const PATIENCE_MS = 5000

export type ConfirmedButton = { root: HTMLButtonElement; setEnabled(enabled: boolean): void }

export type ButtonTexts = {
  icon: string
  /** What it does, for those who see no icon. */
  label: string
  /** What it says while it waits for the second press. */
  question: string
}

export function confirmedButton({ icon, label, question }: ButtonTexts, act: () => void): ConfirmedButton {
  const root = document.createElement('button')
  root.type = 'button'
  root.className = 'red-ui-button red-ui-button-small collector-action'
  let timer: number | undefined
  const rest = (): void => {
    window.clearTimeout(timer)
    timer = undefined
    root.classList.remove('collector-action-asking')
    root.replaceChildren(element('i', `fa ${icon}`, { 'aria-hidden': 'true' }))
    root.title = label
    root.setAttribute('aria-label', label)
  }
  root.addEventListener('click', (event) => {
    event.stopPropagation()
    if (timer !== undefined) {
      rest()
      act()
      return
    }
    timer = window.setTimeout(rest, PATIENCE_MS)
    root.classList.add('collector-action-asking')
    root.replaceChildren(question)
    root.setAttribute('aria-label', question)
  })
  root.addEventListener('blur', rest)
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') rest()
  })
  rest()
  return {
    root,
    setEnabled(enabled) {
      if (!enabled) rest()
      root.disabled = !enabled
    },
  }
}
