// Subscriptions to nodes of an imagined server, which are named by their string ids.

import assert from 'node:assert/strict'
import { parseNodeAddress } from '../../../nodes/opcua-in/node-ids'
import type { Wanted } from '../../../nodes/opcua-in/source'
import { Subscription, type SubscriptionSettings } from '../../../nodes/opcua-in/subscription'
import type { SteppedClock } from '../../lib/child/stepped-clock'

export function wantedOf(name: string, deadband?: Wanted['deadband']): Wanted {
  const address = parseNodeAddress(`nsu=urn:plant;s=${name}`)
  assert.ok(!('problem' in address))
  return { name, address, deadband }
}

/** @param logged gets what it logs, as `level: text` */
export function subscriptionOf(
  names: readonly (string | Wanted)[],
  clock: SteppedClock,
  logged: string[],
  others: Partial<SubscriptionSettings> = {},
): Subscription {
  return new Subscription({
    wanted: names.map((one) => (typeof one === 'string' ? wantedOf(one) : one)),
    timeoutMs: 1000,
    publishingMs: 1000,
    samplingMs: -1,
    queueSize: 1,
    clock,
    log: (level, text) => logged.push(`${level}: ${text}`),
    ...others,
  })
}
