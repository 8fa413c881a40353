// After a loss of the connection: with a session that is back its subscriptions are there, and a new session takes over what the old one
// had, as far as the server has kept it.

import type { LogLevel } from '../../lib/contract/control'
import { Fault } from '../../lib/contract/fault'
import type { Intake } from './intake'
import type { OpcuaSession } from './session'

/** Whether the subscription is there, and what was missed has been told. Rejects with a Fault when the server does not answer. */
export async function takeUp(
  session: OpcuaSession,
  subscriptionId: number,
  intake: Intake,
  log: (level: LogLevel, text: string) => void,
): Promise<boolean> {
  try {
    if (!session.resumed) await session.transferSubscription(subscriptionId)
    const missed = await intake.catchUp(session, subscriptionId)
    if (!session.resumed) intake.takenOver()
    const how = session.resumed ? 'the session lives on' : 'the subscription was taken over by a new session'
    log('info', `connected again: ${how}; messages that had been missed: ${missed}`)
    return true
  } catch (thrown) {
    if (!(thrown instanceof Fault && thrown.kind === 'device')) throw thrown
    log('info', `connected again: the server has the subscription no longer (${thrown.code}), so it is made anew`)
    return false
  }
}
