// One connection to a scripted server: its requests are answered late, and what is sent is held back where the network stalls.

import type { Client, Guest } from '../../faults/doors/door'
import { FrameStream } from '../../faults/frames'
import { acknowledge, messageLength, reply, response, SERVICES, serviceFault } from '../raw/messages'
import { parseAsk, type Request } from './requests'
import type { ScriptedServer } from './scripted-server'

const FRAME_MAX = 1024 * 1024

export class Line implements Guest {
  readonly #client: Client
  readonly #server: ScriptedServer
  readonly #onGone: () => void
  readonly #requests = new FrameStream(messageLength, FRAME_MAX)
  readonly #late = new Set<NodeJS.Timeout>()
  #sequenceNumber = 0
  #isStalled = false
  #stalled: Buffer[] = []

  constructor(client: Client, server: ScriptedServer, onGone: () => void) {
    this.#client = client
    this.#server = server
    this.#onGone = onGone
  }

  receive(bytes: Buffer): void {
    try {
      for (const frame of this.#requests.push(bytes)) this.#hear(frame)
    } catch {
      this.#client.reset()
    }
  }

  gone(): void {
    for (const timer of this.#late) clearTimeout(timer)
    this.#late.clear()
    this.#onGone()
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled
    if (!isStalled && this.#stalled.length > 0) this.#client.send(Buffer.concat(this.#stalled.splice(0)))
  }

  /** @param content what comes behind the header of the response */
  publish(request: Request, content: Buffer): void {
    this.#send(response(request, this.#surroundings(), [SERVICES.Publish[1], content]))
  }

  #hear(frame: Buffer): void {
    const kind = frame.toString('latin1', 0, 3)
    if (kind === 'CLO') this.#client.close()
    else if (kind === 'HEL') this.#send(acknowledge())
    else this.#serve(parseAsk(frame))
  }

  #serve(request: Request): void {
    if (request.ask.service === 'Publish') {
      this.#server.wait(this, request)
      return
    }
    const delayMs = this.#server.script.delayMs(request.ask)
    if (delayMs <= 0) {
      this.#answer(request)
      return
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer)
      this.#answer(request)
    }, delayMs)
    this.#late.add(timer)
  }

  #answer(request: Request): void {
    const { ask } = request
    this.#send(this.#answerTo(request))
    if (ask.service === 'CreateMonitoredItems') this.#server.script.watched(ask.wishes)
  }

  #answerTo(request: Request): Buffer {
    const { requestId, requestHandle, ask } = request
    const surroundings = this.#surroundings()
    switch (ask.service) {
      case 'OpenSecureChannel':
      case 'GetEndpoints':
      case 'CreateSession':
      case 'ActivateSession':
      case 'CloseSession':
        return reply({ service: ask.service, requestId, requestHandle, count: 0 }, surroundings)
      default: {
        const result = this.#server.resultOf(ask)
        if (!result) return serviceFault(request, surroundings)
        if ('refuse' in result) return serviceFault(request, surroundings, result.refuse)
        return response(request, surroundings, result)
      }
    }
  }

  #surroundings() {
    return {
      endpointUrl: this.#server.endpoint,
      sequenceNumber: () => ++this.#sequenceNumber,
      nowMs: Date.now(),
      value: Buffer.alloc(0),
      notifications: Buffer.alloc(0),
    }
  }

  #send(bytes: Buffer): void {
    if (this.#isStalled) this.#stalled.push(bytes)
    else this.#client.send(bytes)
  }
}
