// What the reader asks of a server, as services of OPC 10000-4: all that its logic knows of the protocol's library. Rejections are
// Faults: `device` when the server said no (its code is the name of the status), `link` when it said nothing.

import type { EnumerationTexts } from './enumeration-texts'
import type { NodeRef } from './node-ids'

/** A value as it came: its built-in type (OPC 10000-6, 5.1.2), its shape, and the library's data, which nobody has looked at. */
export type WireValue = { type: number; dimensions: readonly number[] | undefined; isArray: boolean; data: unknown }

export type Sample = {
  /** The status code, info bits included. */
  code: number
  /** Its name, e.g. BadNodeIdUnknown. */
  status: string
  value: WireValue | undefined
  /** ms since the epoch */
  sourceTime: number | undefined
}

/** 0 or absent at the server: undefined. */
export type OperationLimits = { nodesPerRead: number | undefined; itemsPerCall: number | undefined }

export type Deadband = { type: 'absolute' | 'percent'; value: number }

export type ItemWish = {
  node: NodeRef
  /** Comes back with each of its values. */
  handle: number
  /** -1 = the publishing interval, 0 = as often as the server can. */
  samplingMs: number
  queueSize: number
  deadband: Deadband | undefined
}
export type ItemAnswer = { code: number; status: string; itemId: number; samplingMs: number; queueSize: number }

export type SubscriptionWish = {
  publishingMs: number
  keepAliveCount: number
  lifetimeCount: number
  /** Values in one message at most. */
  notificationsMax: number
}
/** As the server revised it. */
export type SubscriptionAnswer = SubscriptionWish & { id: number }

export type Publication = {
  subscriptionId: number
  sequenceNumber: number
  /** Empty: it only says that it lives. */
  samples: { handle: number; sample: Sample }[]
  /** The subscription is gone, and this is why. */
  ended: string | undefined
  /** The numbers of the messages that the server keeps to be sent again; empty where it does not tell. */
  available?: readonly number[]
}
export type Acknowledgement = { subscriptionId: number; sequenceNumber: number }

export interface OpcuaSession {
  /** Why the connection is gone; undefined while it stands. */
  readonly lost: Error | undefined
  /** The server knew it from an earlier connection, and its subscriptions are still there (OPC 10000-4, 5.7.3). */
  readonly resumed: boolean
  namespaces(): Promise<readonly string[]>
  operationLimits(): Promise<OperationLimits>
  read(nodes: readonly NodeRef[]): Promise<Sample[]>
  /** The DataType of each (OPC 10000-3, 5.6.2); undefined where the server does not tell. */
  dataTypes(nodes: readonly NodeRef[]): Promise<(NodeRef | undefined)[]>
  /** What the numbers of each of these types mean; undefined for one that is no enumeration, or does not tell. */
  enumerationTexts(types: readonly NodeRef[]): Promise<(EnumerationTexts | undefined)[]>
  createSubscription(wish: SubscriptionWish): Promise<SubscriptionAnswer>
  /** The same subscription, with other settings. */
  modifySubscription(id: number, wish: SubscriptionWish): Promise<void>
  deleteSubscription(id: number): Promise<void>
  /** Tells the server to publish, which it should do anyway. */
  enablePublishing(subscriptionId: number): Promise<void>
  /** A message that was sent and has not come (OPC 10000-4, 5.14.6). BadMessageNotAvailable: there is none, or no longer. */
  republish(subscriptionId: number, sequenceNumber: number): Promise<Publication>
  /** Takes a subscription over from a session that is gone; all its values are told again (OPC 10000-4, 5.14.7). */
  transferSubscription(id: number): Promise<void>
  /** One answer for each, in their order. */
  createItems(subscriptionId: number, items: readonly ItemWish[]): Promise<ItemAnswer[]>
  deleteItems(subscriptionId: number, itemIds: readonly number[]): Promise<void>
  /** Waits at the server until there is something to tell, at most about `patienceMs`. */
  publish(acknowledgements: readonly Acknowledgement[], patienceMs: number): Promise<Publication>
  /** The connection only, without a word: the server keeps the session for a while, so that another connection may resume it. */
  leave(): void
  /** Session, subscriptions and connection. Never rejects; may be called twice. */
  close(): Promise<void>
}
