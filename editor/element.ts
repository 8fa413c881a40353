// An element of the page, made in one expression.

export function element(tag: string, className: string, attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
