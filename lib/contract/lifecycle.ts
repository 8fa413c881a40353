// The words for what a process does (status) and for how it gets on with its device (link).

export const STATUSES = ['stopped', 'starting', 'running', 'stopping', 'error', 'crashed'] as const
/** `crashed` waits for an automatic restart; `error` waits for an operator, a changed configuration or the slow retry. */
export type Status = (typeof STATUSES)[number]

export const LINKS = ['disconnected', 'connecting', 'connected', 'degraded', 'max_retries_exceeded'] as const
export type Link = (typeof LINKS)[number]

/** Exit codes by which a child tells its supervisor that a restart is useless (sysexits.h EX_CONFIG, EX_NOPERM). */
export const EXIT_CONFIG = 78
export const EXIT_PERMISSION = 77
/** A child that ends itself after an error of its own (sysexits.h EX_SOFTWARE). */
export const EXIT_BUG = 70

/** Time, ms, in which a child whose supervisor is gone keeps what it has gathered, and ends. */
export const ORPHAN_GRACE_MS = 2_000
