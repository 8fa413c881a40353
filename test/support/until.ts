// Waiting for a condition, with a deadline.

import { setTimeout as delay } from 'node:timers/promises'

export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 5000,
  everyMs = 2,
): Promise<void> {
  const endsAt = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > endsAt) throw new Error(`still not true after ${deadlineMs} ms: ${condition}`)
    await delay(everyMs)
  }
}
