// The protocol side of a simulated device.

export type Engine = {
  readonly port: number
  /** Frees the port and ends all connections. */
  close(): Promise<void>
}
