// The life of one session over one connection: whether it is lost, how it is left, closed or taken up by another connection. Each of its
// requests has a deadline.

import type { ClientSession, OPCUAClient } from 'node-opcua-client'
import { Fault } from '../../../lib/contract/fault'
import { serviceFault } from './faults'
import { keepAge } from './lasting-age'
import type { Guard } from './transport'
import { briefly, unlessAborted } from './waiting'

/** What a small controller takes for one item of many. */
const ITEM_MS = 10
const SESSION_GONE = /BadSession(IdInvalid|Closed|NotActivated)/

type Transaction = (request: unknown, callback: (error: Error | null, response?: unknown) => void) => void
/** The library leaves these out of the type of its sessions. */
export type Transactions = { performMessageTransaction: Transaction; _performMessageTransaction: Transaction }

export class SessionLife {
  readonly #client: OPCUAClient
  readonly #session: ClientSession & Transactions
  readonly #guard: Guard
  readonly #timeoutMs: number
  #lost: Error | undefined
  #leftMs: number | undefined
  #closing: Promise<void> | undefined
  readonly #onClosed = (): void => this.#lose('the server closed the session')
  readonly #onFailure = (): void => this.#lose('the session is not answered any more')

  constructor(client: OPCUAClient, session: ClientSession & Transactions, guard: Guard, timeoutMs: number) {
    this.#guard = guard
    this.#timeoutMs = timeoutMs
    this.#client = client
    this.#session = session
    keepAge(session, 'lastResponseReceivedTime')
    // Where a server does not know the session any more, the library makes another one without a word, which has none of our
    // subscriptions.
    session.performMessageTransaction = (request, callback) =>
      session._performMessageTransaction(request, (error, response) => {
        if (error && SESSION_GONE.test(error.message)) this.#lose('the server does not know the session any more')
        callback(error, response)
      })
    client.on('connection_lost', () => this.#lose('the connection was lost'))
    client.on('close', () => this.#lose('the server closed the connection'))
    session.on('session_closed', this.#onClosed)
    session.on('keepalive_failure', this.#onFailure)
  }

  get lost(): Error | undefined {
    return this.#lost && (this.#guard.fault ?? this.#lost)
  }

  /** The same session over another connection (OPC 10000-4, 5.7.3); undefined when the server does not take it up. */
  async resumeOn(client: OPCUAClient, guard: Guard): Promise<SessionLife | undefined> {
    const gone = this.#leftMs === undefined || performance.now() - this.#leftMs > this.#session.timeout
    if (this.#closing || gone) return undefined
    try {
      await client.reactivateSession(this.#session)
    } catch {
      // Whatever the reason is: if it was the connection, a new session will not come about either.
      return undefined
    }
    this.#closing = Promise.resolve()
    void briefly(this.#client.disconnect())
    return new SessionLife(client, this.#session, guard, this.#timeoutMs)
  }

  leave(): void {
    if (this.#leftMs !== undefined || this.#closing) return
    this.#lose('the connection was given up')
    this.#leftMs = performance.now()
    this.#session.off('session_closed', this.#onClosed)
    this.#session.off('keepalive_failure', this.#onFailure)
    // A goodbye of the library's would end the session.
    this.#guard.hangUp(new Fault('link', 'connection-lost', 'the connection was given up'))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lose('closed')
    // It closes the session, and that its subscriptions.
    await briefly(this.#client.disconnect())
    this.#guard.cut()
  }

  /** For an answer about so many items. */
  patienceMs(items: number): number {
    return this.#timeoutMs + items * ITEM_MS
  }

  /** Rejects with a Fault. node-opcua waits at least 5 s for an answer, whatever it is told. */
  async ask<T>(service: string, operation: () => Promise<T>, limitMs = this.#timeoutMs): Promise<T> {
    if (this.#lost && !this.#closing)
      throw this.#guard.fault ?? new Fault('link', 'connection-lost', this.#lost.message)
    const limit = new AbortController()
    const overdue = new Fault('link', 'no-answer', `${service}: the server did not answer within ${limitMs} ms`)
    const timer = setTimeout(() => limit.abort(overdue), limitMs)
    try {
      return await unlessAborted(limit.signal, operation())
    } catch (thrown) {
      throw this.#guard.fault ?? serviceFault(thrown, service)
    } finally {
      clearTimeout(timer)
    }
  }

  #lose(reason: string): void {
    this.#lost ??= new Error(reason)
  }
}
