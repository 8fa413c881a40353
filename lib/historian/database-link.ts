// What is told of the link to the database: only what is new. While it refuses values the link is degraded, and says why: what becomes
// a dead letter must not look as if all were well.

import type { Link } from '../contract/lifecycle'

/** A refusal is shown so long after the last one, ms. */
export const REFUSAL_SHOWN_MS = 5 * 60_000

export type DatabaseLinkParts = {
  nowMs(): number
  report(report: { link: Link; reason: string }): void
  log(level: 'info' | 'warn' | 'error', text: string): void
}

export class DatabaseLink {
  readonly #parts: DatabaseLinkParts
  #told: { link: Link; reason: string } | undefined
  #refusal: { reason: string; atMs: number } | undefined

  constructor(parts: DatabaseLinkParts) {
    this.#parts = parts
  }

  get isConnecting(): boolean {
    return this.#told?.link === 'connecting'
  }

  connecting(): void {
    this.#tell('connecting', '')
  }

  /** It takes data. */
  connected(): void {
    const { nowMs } = this.#parts
    const isRefusing = this.#refusal && nowMs() - this.#refusal.atMs < REFUSAL_SHOWN_MS
    if (this.#refusal && isRefusing) this.#tell('degraded', this.#refusal.reason)
    else this.#tell('connected', '')
  }

  /** It takes data, but not all of it. */
  refusing(reason: string): void {
    this.#refusal = { reason, atMs: this.#parts.nowMs() }
    this.connected()
  }

  /** Somebody has mended something: a refusal from before is not told any more once the database takes data. */
  mended(): void {
    this.#refusal = undefined
  }

  disconnected(reason: string): void {
    this.#tell('disconnected', reason)
  }

  /** It is not the database's fault. */
  degraded(reason: string): void {
    this.#tell('degraded', reason)
  }

  #tell(link: Link, reason: string): void {
    const before = this.#told
    if (before?.link === link && before.reason === reason) return
    const { report, log } = this.#parts
    this.#told = { link, reason }
    report(this.#told)
    if (link === 'disconnected') log('warn', reason)
    if (link === 'connected') log('info', 'the database takes the data')
  }
}
