// The queue for other programs: `require('@collector-supervisor/node-red-collectors/queue')`. Everything that is public, and
// nothing else. How it is used shows in examples/queue.

export type { Envelope } from '../contract/envelope'
export {
  CAPACITY_MIN_BYTES,
  type ConnectOptions,
  type CreateOptions,
  type DeadLetter,
  type Durability,
  type FormerTotals,
  type Message,
  type Outgoing,
  Queue,
  QueueError,
  type QueueErrorKind,
  type QueueStatus,
  type ReceiveOptions,
  type RetryOptions,
  type SendOptions,
  type Settlement,
  type WaitOptions,
  type WhenFull,
} from './queue'
