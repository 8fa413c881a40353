// A server of one subscription that says what it is told to, when it is told to: its messages come in any order, twice, late, or
// not at all, and what it is asked it answers late.

import { TcpDoor } from '../../faults/doors/tcp-door'
import * as binary from '../raw/binary'
import { array, int32, uint32 } from '../raw/binary'
import { SERVICES } from '../raw/messages'
import { Line } from './line'
import { type Ask, type ItemWish, type Request, TYPE_IDS } from './requests'
import type { Space } from './space'

const LOOPBACK = '127.0.0.1'
const SUBSCRIPTION_ID = 5
const PUBLISHING_MS = 50
/** DataChangeNotification_Encoding_DefaultBinary. */
const DATA_CHANGE = 811
const BAD_MESSAGE_NOT_AVAILABLE = 0x807b0000
const BAD_NODE_ID_UNKNOWN = 0x80340000

/** A NotificationMessage (OPC 10000-4, 7.21), encoded. */
export type Message = { sequenceNumber: number; content: Buffer }
export type Change = { handle: number; value: Buffer }

export type ServerScript = {
  /** Of its messages; 1 if absent, as it should be (OPC 10000-4, 5.14.1.1). */
  firstNumber?: number
  /** A Publish brings the numbers of the messages that Republish has; not every server tells them. */
  tellsAvailable?: boolean
  /** The client watches these now. */
  watched(wishes: readonly ItemWish[]): void
  /** How long an answer is held back, ms. */
  delayMs(ask: Ask): number
}

export class ScriptedServer {
  readonly space: Space
  readonly script: ServerScript
  readonly #door: TcpDoor
  readonly #lines = new Set<Line>()
  readonly #kept = new Map<number, Message>()
  /** Publish requests that wait, and messages that wait for one. */
  #waiting: { line: Line; request: Request }[] = []
  #outbox: Message[] = []
  #nextNumber: number
  /** Since the start, both. */
  connections = 0
  subscriptions = 0

  private constructor(space: Space, script: ServerScript) {
    this.space = space
    this.script = script
    this.#nextNumber = script.firstNumber ?? 1
    this.#door = new TcpDoor({ host: LOOPBACK, port: 0 }, (client) => {
      this.connections++
      const line = new Line(client, this, () => this.#forget(line))
      this.#lines.add(line)
      return line
    })
  }

  static async start(space: Space, script: ServerScript): Promise<ScriptedServer> {
    const server = new ScriptedServer(space, script)
    await server.#door.open()
    return server
  }

  get endpoint(): string {
    return `opc.tcp://${LOOPBACK}:${this.#door.port}`
  }

  close(): Promise<void> {
    return this.#door.dispose()
  }

  /** The next message. It goes nowhere yet, but can be asked for by Republish until it is forgotten. */
  compose(changes: readonly Change[]): Message {
    const items = changes.map(({ handle, value }) => Buffer.concat([uint32(handle), value]))
    const data = Buffer.concat([array(items), int32(-1)])
    const message = this.#message(this.#nextNumber++, [binary.extension(binary.nodeId(DATA_CHANGE), data)])
    this.#kept.set(message.sequenceNumber, message)
    return message
  }

  /** As the answer to a Publish that waits, or to the next one. */
  deliver(message: Message): void {
    const publish = this.#waiting.shift()
    if (publish) publish.line.publish(publish.request, this.#published(message))
    else this.#outbox.push(message)
  }

  /**
   * Bears the number of the message that comes next (OPC 10000-4, 5.14.1.2).
   * @param isCounted against the standard: the message that comes next has another one
   */
  keepAlive(isCounted = false): void {
    this.deliver(this.#message(this.#nextNumber, []))
    if (isCounted) this.#nextNumber++
  }

  forget({ sequenceNumber }: Message): void {
    this.#kept.delete(sequenceNumber)
  }

  /** Nothing of what is sent arrives until it goes on; then all at once. */
  stall(isStalled: boolean): void {
    for (const line of this.#lines) line.stall(isStalled)
  }

  /** A Publish has come. What it acknowledges need not be kept any more. */
  wait(line: Line, request: Request): void {
    const { ask } = request
    if (ask.service === 'Publish') for (const number of ask.acknowledged) this.#kept.delete(number)
    const message = this.#outbox.shift()
    if (message) line.publish(request, this.#published(message))
    else this.#waiting.push({ line, request })
  }

  /** What a service other than Publish brings: the number of its response, what is in it, and a status where it is refused. */
  resultOf(ask: Ask): readonly [typeId: number, content: Buffer] | { refuse: number } | undefined {
    switch (ask.service) {
      case 'Read':
        return [SERVICES.Read[1], results(ask.wishes.map((wish) => this.space.read(wish)))]
      case 'Browse':
        return [TYPE_IDS.Browse[1], results(ask.wishes.map((wish) => this.space.browse(wish)))]
      case 'CreateSubscription':
        this.subscriptions++
        return [
          SERVICES.CreateSubscription[1],
          Buffer.concat([uint32(SUBSCRIPTION_ID), binary.double(PUBLISHING_MS), uint32(600), uint32(100)]),
        ]
      case 'CreateMonitoredItems':
        return [SERVICES.CreateMonitoredItems[1], results(ask.wishes.map((wish) => this.#itemFor(wish)))]
      case 'Republish': {
        const message = this.#kept.get(ask.sequenceNumber)
        return message ? [TYPE_IDS.Republish[1], message.content] : { refuse: BAD_MESSAGE_NOT_AVAILABLE }
      }
      case 'DeleteMonitoredItems':
      case 'SetPublishingMode':
      case 'DeleteSubscriptions':
        return [TYPE_IDS[ask.service][1], results(Array.from({ length: ask.count }, () => uint32(0)))]
      default:
        return undefined
    }
  }

  #itemFor({ node, handle }: ItemWish): Buffer {
    const status = this.space.has(node) ? 0 : BAD_NODE_ID_UNKNOWN
    return Buffer.concat([
      uint32(status),
      uint32(handle + 1),
      binary.double(PUBLISHING_MS),
      uint32(1),
      binary.noExtension,
    ])
  }

  /** OPC 10000-4, 5.14.5.2. */
  #published({ content }: Message): Buffer {
    const available = this.script.tellsAvailable ? [...this.#kept.keys()] : []
    const head = [uint32(SUBSCRIPTION_ID), array(available.map(uint32)), binary.boolean(false)]
    return Buffer.concat([...head, content, array([]), array([])])
  }

  #message(sequenceNumber: number, notifications: readonly Buffer[]): Message {
    const content = Buffer.concat([uint32(sequenceNumber), binary.dateTime(Date.now()), array(notifications)])
    return { sequenceNumber, content }
  }

  #forget(line: Line): void {
    this.#lines.delete(line)
    this.#waiting = this.#waiting.filter((publish) => publish.line !== line)
  }
}

function results(items: readonly Buffer[]): Buffer {
  return Buffer.concat([array(items), int32(-1)])
}
