// The way to a device, whatever it is made of: bytes out, bytes in, and one end.

import type { Fault } from '../contract/fault'

export type LinkListener = {
  /** What has come in, a part of a stream, or one datagram. It is not written to any more. */
  data(chunk: Buffer): void
  /** It ended without having been closed. Nothing more comes, and it has to be closed all the same. */
  ended(fault: Fault): void
}

export interface Link {
  /** As users know it: `192.168.0.5:502`, `/dev/ttyUSB0`. */
  readonly target: string
  /** What the name in it was looked up as; of UDP only. */
  readonly address?: string
  readonly isOpen: boolean
  /** To be called once, before anything is written. */
  listen(listener: LinkListener): void
  write(bytes: Buffer): void
  /** Ends it at once; settles when it has been let go of. Twice without harm. */
  close(): Promise<void>
}

/** What a socket is opened to. */
export type SocketSettings = {
  readonly host: string
  readonly port: number
  /** What the host was looked up as before, if it was: a name server need not be asked for every socket. */
  readonly address?: string | undefined
  /** The port of this computer to send from, where the device answers one only; 0 or absent = any. Of UDP only. */
  readonly localPort?: number
  /** For an answer, ms; connecting is given more where it takes more. */
  readonly timeout: number
  /** What to look at when the port is closed. */
  readonly advice: string
}
