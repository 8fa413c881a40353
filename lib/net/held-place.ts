// How long a device that serves one client keeps the place of a client that has gone: what the connections so far have shown. Pure.

export type HeldPlace = {
  /** When we let go of a connection that nobody has taken the place of yet, on the monotonic clock. */
  readonly letGoAtMs: number | undefined
  /** Another one was refused, or closed before it was served, since then. */
  readonly isTurnedAway: boolean
  /** The place was free again after this time at the latest; 0: at once, as far as is known. */
  readonly heldMs: number
}

export type PlaceEvent =
  | { readonly type: 'let-go'; readonly atMs: number }
  | { readonly type: 'turned-away' }
  | { readonly type: 'served'; readonly atMs: number }

export const NEVER_HELD: HeldPlace = { letGoAtMs: undefined, isTurnedAway: false, heldMs: 0 }

/** A device that serves nobody for longer is off. */
const HELD_MAX_MS = 30_000

/** Whether a connection that is closed at once is closed because the place is still taken, as far as is known. */
export function mayBeHeld({ letGoAtMs, isTurnedAway }: HeldPlace, nowMs: number): boolean {
  return letGoAtMs !== undefined && isTurnedAway && nowMs - letGoAtMs <= HELD_MAX_MS
}

export function step(place: HeldPlace, event: PlaceEvent): HeldPlace {
  const { letGoAtMs, isTurnedAway, heldMs } = place
  switch (event.type) {
    case 'let-go':
      return { letGoAtMs: event.atMs, isTurnedAway: false, heldMs }
    case 'turned-away':
      return letGoAtMs === undefined || isTurnedAway ? place : { ...place, isTurnedAway: true }
    case 'served': {
      if (letGoAtMs === undefined) return place
      const afterMs = event.atMs - letGoAtMs
      if (!isTurnedAway) return { ...NEVER_HELD, heldMs: Math.min(heldMs, afterMs) }
      return { ...NEVER_HELD, heldMs: afterMs > HELD_MAX_MS ? heldMs : afterMs }
    }
    default:
      return event satisfies never
  }
}
