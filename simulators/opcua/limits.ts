// What a small controller can do, and what it says of that.

import {
  BrowseRequest,
  CreateMonitoredItemsRequest,
  CreateSessionRequest,
  CreateSubscriptionRequest,
  DataChangeFilter,
  DeadbandType,
  ModifySubscriptionRequest,
  type StatusCode,
  StatusCodes,
} from 'node-opcua-client'
import type { OPCUAServer, OPCUAServerOptions } from 'node-opcua-server'
import { asOneOf } from '../../lib/contract/parse'
import { parseCount, parsePart } from './parse-part'

/** Counts: 0 = no limit, and none is told. */
export type DeviceLimits = {
  maxNodesPerRead: number
  maxNodesPerBrowse: number
  /** Of every service for monitored items. */
  maxMonitoredItemsPerCall: number
  maxSessions: number
  maxSubscriptions: number
  maxMonitoredItems: number
  maxQueueSize: number
  /** In one answer of a browse; the rest comes with BrowseNext. */
  maxReferencesPerNode: number
  /** Lists in parts that it goes on with, of one session. */
  maxContinuationPoints: number
  /** Shorter wishes are revised to these. */
  minSamplingMs: number
  minPublishingMs: number
  /** Longer ones to this: what it takes until a session of which nothing is heard is closed. */
  maxSessionTimeoutMs: number
  /** What becomes of a filter with a deadband: absolute and percent, absolute only, or none. */
  filters: FilterSupport
}
export const FILTER_SUPPORT = ['all', 'absolute', 'not-allowed', 'unsupported'] as const
export type FilterSupport = (typeof FILTER_SUPPORT)[number]

export const GENEROUS: DeviceLimits = {
  maxNodesPerRead: 0,
  maxNodesPerBrowse: 0,
  maxMonitoredItemsPerCall: 0,
  maxSessions: 0,
  maxSubscriptions: 0,
  maxMonitoredItems: 0,
  maxQueueSize: 0,
  maxReferencesPerNode: 0,
  maxContinuationPoints: 0,
  // node-opcua samples no faster.
  minSamplingMs: 50,
  minPublishingMs: 50,
  maxSessionTimeoutMs: 3_600_000,
  filters: 'all',
}

const SESSIONS_MAX = 10_000

/** How node-opcua is told. */
export function capabilitiesOf(limits: DeviceLimits): NonNullable<OPCUAServerOptions['serverCapabilities']> {
  const { maxNodesPerRead, maxNodesPerBrowse, maxMonitoredItemsPerCall } = limits
  return {
    // node-opcua takes 0 for its own default, which is low for sessions, and generous for the others.
    maxSessions: limits.maxSessions || SESSIONS_MAX,
    maxSubscriptions: limits.maxSubscriptions,
    maxMonitoredItems: limits.maxMonitoredItems,
    maxBrowseContinuationPoints: limits.maxContinuationPoints,
    operationLimits: { maxNodesPerRead, maxNodesPerBrowse, maxMonitoredItemsPerCall },
  }
}

/** Revises what clients wish, before the server sees it. */
export function revise(
  server: OPCUAServer,
  { minPublishingMs, maxSessionTimeoutMs, maxQueueSize, maxReferencesPerNode }: DeviceLimits,
): void {
  server.on('request', (request) => {
    if (request instanceof CreateSubscriptionRequest || request instanceof ModifySubscriptionRequest) {
      request.requestedPublishingInterval = Math.max(request.requestedPublishingInterval, minPublishingMs)
    }
    if (request instanceof BrowseRequest && maxReferencesPerNode > 0) {
      const { requestedMaxReferencesPerNode: wish } = request
      request.requestedMaxReferencesPerNode = Math.min(wish || maxReferencesPerNode, maxReferencesPerNode)
    }
    if (request instanceof CreateMonitoredItemsRequest && maxQueueSize > 0) {
      for (const { requestedParameters: wish } of request.itemsToCreate ?? []) {
        wish.queueSize = Math.min(wish.queueSize, maxQueueSize)
      }
    }
    if (request instanceof CreateSessionRequest) {
      request.requestedSessionTimeout = Math.min(request.requestedSessionTimeout, maxSessionTimeoutMs)
    }
  })
}

/** undefined = it is fine. */
export function refusalOf(filter: unknown, support: FilterSupport): StatusCode | undefined {
  if (!(filter instanceof DataChangeFilter) || filter.deadbandType === DeadbandType.None) return undefined
  switch (support) {
    case 'all':
      return undefined
    case 'absolute':
      return filter.deadbandType === DeadbandType.Percent ? StatusCodes.BadMonitoredItemFilterUnsupported : undefined
    case 'not-allowed':
      return StatusCodes.BadFilterNotAllowed
    case 'unsupported':
      return StatusCodes.BadMonitoredItemFilterUnsupported
    default:
      return support satisfies never
  }
}

/** undefined for anything that is no change of limits. */
export function parseLimits(input: unknown): Partial<DeviceLimits> | undefined {
  return parsePart<DeviceLimits>(input, {
    maxNodesPerRead: parseCount,
    maxNodesPerBrowse: parseCount,
    maxMonitoredItemsPerCall: parseCount,
    maxSessions: parseCount,
    maxSubscriptions: parseCount,
    maxMonitoredItems: parseCount,
    maxQueueSize: parseCount,
    maxReferencesPerNode: parseCount,
    maxContinuationPoints: parseCount,
    minSamplingMs: parseCount,
    minPublishingMs: parseCount,
    maxSessionTimeoutMs: parseCount,
    filters: (filters) => asOneOf(filters, FILTER_SUPPORT),
  })
}
