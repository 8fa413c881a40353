// A node-opcua server that can be told to treat a service badly, and to forget its subscriptions without a word.

import { AttributeIds, MonitoredItemCreateResult, ReadRequest, type StatusCode } from 'node-opcua-client'
import { OPCUAServer } from 'node-opcua-server'
import { asCount, asRecord, asText } from '../../lib/contract/parse'
import { statusOf } from './builtin-values'

/** Of a service: it is refused as a whole with this status, never answered, or late. */
export type Treatment = { refuse: string } | { ignore: true } | { delayMs: number }

const DEFINITION = 'Definition'

type OnRequest = OPCUAServer['on_request']
type PublishEngine = ReturnType<OPCUAServer['engine']['getSessions']>[number]['publishEngine']

export class UnrulyServer extends OPCUAServer {
  readonly #treatments = new Map<string, Treatment>()
  readonly #silent = new Set<number>()
  readonly #muffled = new WeakSet<PublishEngine>()
  readonly #late = new Set<NodeJS.Timeout>()

  /** node-opcua's own hook for new monitored items cannot refuse any. */
  refuseItems(refusalOf: (filter: unknown) => StatusCode | undefined): void {
    const { engine } = this
    const create = engine._createSubscriptionOnSession.bind(engine)
    engine._createSubscriptionOnSession = (session, request) => {
      const subscription = create(session, request)
      const prepare = subscription.preCreateMonitoredItem.bind(subscription)
      subscription.preCreateMonitoredItem = (addressSpace, timestamps, item) => {
        const statusCode = refusalOf(item.requestedParameters?.filter)
        if (!statusCode) return prepare(addressSpace, timestamps, item)
        return { monitoredItemCreateRequest: item, createResult: new MonitoredItemCreateResult({ statusCode }) }
      }
      return subscription
    }
  }

  /**
   * Throws a RangeError for a status that does not exist.
   * @param service as in `Read`, `CreateSession`; `Definition` is a Read of what a data type looks like
   * @param treatment undefined = as it should be again
   */
  treat(service: string, treatment: Treatment | undefined): void {
    if (!treatment) this.#treatments.delete(service)
    else {
      if ('refuse' in treatment) statusOf(treatment.refuse)
      this.#treatments.set(service, treatment)
    }
  }

  override on_request(...[message, channel]: Parameters<OnRequest>): void {
    const { request } = message
    const treatment =
      this.#treatments.get(serviceOf(request)) ??
      (asksForDefinition(request) ? this.#treatments.get(DEFINITION) : undefined)
    if (!treatment) super.on_request(message, channel)
    else if ('refuse' in treatment) {
      const fault = OPCUAServer.makeServiceFault(statusOf(treatment.refuse), ['as told'])
      channel.send_response('MSG', fault, message, () => {})
    } else if ('delayMs' in treatment) {
      const timer = setTimeout(() => {
        this.#late.delete(timer)
        super.on_request(message, channel)
      }, treatment.delayMs)
      this.#late.add(timer)
    }
  }

  /**
   * The subscriptions there are now say nothing any more, not even that they live; session and reads go on, and a new
   * subscription works. How many fell silent?
   */
  silenceSubscriptions(): number {
    const before = this.#silent.size
    for (const { publishEngine } of this.engine.getSessions()) {
      for (const { id } of publishEngine.subscriptions) this.#silent.add(id)
      this.#muffle(publishEngine)
    }
    return this.#silent.size - before
  }

  /** They go on saying that they live, but bring no data. */
  starveSubscriptions(): void {
    for (const { publishEngine } of this.engine.getSessions()) {
      for (const subscription of publishEngine.subscriptions) subscription.setPublishingMode(false)
    }
  }

  /** They end without their clients being told; the sessions live on. How many ended? */
  deleteSubscriptions(): number {
    let count = 0
    for (const session of this.engine.getSessions()) {
      for (const { id } of [...session.publishEngine.subscriptions]) {
        session.deleteSubscription(id)
        count++
      }
    }
    return count
  }

  /**
   * Every session ends without its client being told; its next request is refused.
   * @param keepSubscriptions as after a timeout: another session may take them over
   */
  killSessions(keepSubscriptions = false): number {
    const sessions = this.engine.getSessions()
    for (const { authenticationToken } of sessions) {
      this.engine.closeSession(authenticationToken, !keepSubscriptions, keepSubscriptions ? 'Timeout' : 'Terminated')
    }
    return sessions.length
  }

  dropLateRequests(): void {
    for (const timer of this.#late) clearTimeout(timer)
    this.#late.clear()
  }

  #muffle(publishEngine: PublishEngine): void {
    if (this.#muffled.has(publishEngine)) return
    this.#muffled.add(publishEngine)
    // Keep-alives go this way too.
    const sendResponse = publishEngine._send_response.bind(publishEngine)
    publishEngine._send_response = (subscription, response) => {
      if (!this.#silent.has(subscription.id)) sendResponse(subscription, response)
    }
  }
}

function asksForDefinition(request: object): boolean {
  const isAsked = ({ attributeId }: { attributeId: number }): boolean => attributeId === AttributeIds.DataTypeDefinition
  return request instanceof ReadRequest && (request.nodesToRead ?? []).some(isAsked)
}

export function serviceOf(request: { schema: { name: string } }): string {
  return request.schema.name.replace(/Request$/, '')
}

/** undefined for anything that is no treatment. */
export function parseTreatment(input: unknown): Treatment | undefined {
  const record = asRecord(input)
  const refuse = asText(record?.refuse, 100)
  const delayMs = asCount(record?.delayMs)
  if (refuse !== undefined) return { refuse }
  if (delayMs !== undefined) return { delayMs }
  return record?.ignore === true ? { ignore: true } : undefined
}
