// The way by which clients come to a device: a port for connections, one for datagrams, a serial line.

/** One client as the device sees it: a connection, a sender of datagrams, or whoever is on the line. */
export type Client = {
  /** In one segment, or one datagram. Nothing happens when the client is gone. */
  send(bytes: Buffer): void
  /** Ends the connection at once (RST) or in good order (FIN); nothing where there is no connection. */
  reset(): void
  close(): void
}

/** Who hears a client. */
export type Guest = {
  receive(bytes: Buffer): void
  /** The client is gone. */
  gone(): void
}

/** Takes in a new client. */
export type Welcome = (client: Client) => Guest

export type Door = {
  /** 0 before it was opened, and where there are no ports. It stays the same when it is closed and opened again. */
  readonly port: number
  /** Rejects when the port is taken. */
  open(): Promise<void>
  /** The device is switched off: its port refuses, its connections are reset, its line is dumb. Twice without harm. */
  close(): Promise<void>
  /** Nothing is left of it; it is not opened again. */
  dispose(): Promise<void>
}
