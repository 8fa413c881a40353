// The shape of every message of both queues and of the WebSocket: who sends, who is meant, what it is, and when.

export type Envelope<Data = unknown> = {
  /** Name of the sender. */
  origin: string
  /** The one recipient: no other consumes the message. */
  to: string
  /** The kind of message, e.g. `samples`. */
  title: string
  data: Data
  /** ISO 8601. */
  time: string
}
