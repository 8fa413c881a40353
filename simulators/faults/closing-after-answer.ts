// A device that answers one request a connection.

import type { Character } from './character'
import type { Step } from './reply-script'

export const closingAfterAnswer: Character = { client: () => ({ send: closing }) }

/** Behind the answer, and before what would come later. */
function closing(steps: Step[]): Step[] {
  const later = steps.findIndex((step) => step.do === 'postpone')
  const end = later < 0 ? steps.length : later
  return [...steps.slice(0, end), { do: 'close' }, ...steps.slice(end)]
}
