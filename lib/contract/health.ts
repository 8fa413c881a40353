// How a process is doing, in one word for everything that shows it: badges, tiles, sidebar and metrics. Pure.

import type { Link, Status } from './lifecycle'

/**
 * `well`: running, connected, all tags good. `pending`: on its way there. `impaired`: some tags are bad, or readings or
 * heartbeats fail to come. `failed`: no process, no connection, or no good tag. `off`: stopped, as wanted.
 */
export const HEALTHS = ['well', 'pending', 'impaired', 'failed', 'off'] as const
export type Health = (typeof HEALTHS)[number]

/** What the verdict rests on; a row of the process table has all of it. */
export type Condition = { status: Status; link: Link; tags: { total: number; good: number; bad: number } }

export function healthOf({ status, link, tags }: Condition): Health {
  switch (status) {
    case 'stopped':
    case 'stopping':
      return 'off'
    case 'error':
    case 'crashed':
      return 'failed'
    case 'starting':
      return 'pending'
    case 'running':
      return runningHealth(link, tags)
    default:
      return status satisfies never
  }
}

function runningHealth(link: Link, { total, good, bad }: Condition['tags']): Health {
  switch (link) {
    case 'disconnected':
    case 'max_retries_exceeded':
      return 'failed'
    case 'connecting':
      return 'pending'
    case 'degraded':
    case 'connected':
      if (bad > 0) return good === 0 ? 'failed' : 'impaired'
      if (link === 'degraded') return 'impaired'
      return good < total ? 'pending' : 'well'
    default:
      return link satisfies never
  }
}
