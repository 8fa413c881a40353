// What the tests use of mcprotocol, which has no types of its own.

declare module 'mcprotocol' {
  import type { Duplex } from 'node:stream'

  class MCProtocol {
    globalTimeout: number
    isoclient: Duplex
    /** Opens the socket; a test puts a stream of its own in its place. */
    connectNow(): void
    onTCPConnect(): void
    setTranslationCB(translate: (name: string) => string): void
    initiateConnection(options: { host: string; port: number; ascii: boolean }, done: () => void): void
    addItems(names: string | string[]): void
    readAllItems(done: (anyBad: boolean, values: Record<string, unknown>) => void): void
    dropConnection(): void
  }
  export = MCProtocol
}
