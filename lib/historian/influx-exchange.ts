// One write request of the InfluxDB client and how it ended. The client's WriteApi sends, and no more: its own retries are
// off (they live in memory, end after minutes and forget what a server answers with 4xx), and what it says of the outcome is
// not asked for, since it throws away the body of a 2xx. What it would leave undone is done here:
//   - a request that timed out would stay open: the signal ends it, and the limit holds for the whole exchange;
//   - the body of an error in JSON has no bound: the connection is cut when it gets absurd;
//   - a batch size that is reached sends at once and swallows the outcome: it is above the number of lines.

import http from 'node:http'
import https from 'node:https'
import { HttpError, InfluxDB, type SendOptions, setLogger, type Transport } from '@influxdata/influxdb-client'
import type { Clock } from '../child/clock'
import type { Reply } from './verdict'

export type Endpoint = {
  url: string
  /** With the query, from the root of the URL. */
  path: string
  /** The header, if any. */
  authorization: string | undefined
}
export type ExchangeParts = { clock: Clock; timeoutMs: number }

/** An answer above this is cut off, bytes as they come: InfluxDB 3 repeats each line that it has refused. */
const ANSWER_MAX_BYTES = 4 * 1024 * 1024
/** An idle connection is closed before somebody on the way forgets it, ms. */
const IDLE_MS = 15_000
/** Bytes; a request below this is not worth the work. */
const GZIP_ABOVE_BYTES = 1000

// The client would write every failure to the console.
setLogger({ error: () => {}, warn: () => {} })

export class InfluxExchange {
  readonly #endpoint: Endpoint
  readonly #parts: ExchangeParts
  readonly #agent: http.Agent
  readonly #transport: Transport
  #request: http.ClientRequest | undefined
  #endless: ((response: http.IncomingMessage) => void) | undefined

  /** Throws for a URL or a header that cannot be: see checkInflux. */
  constructor(endpoint: Endpoint, parts: ExchangeParts) {
    const { protocol, href } = new URL(endpoint.url)
    // Checked here, since the client would throw in the middle of a callback.
    http.validateHeaderValue('authorization', endpoint.authorization ?? '')
    const Agent = protocol === 'https:' ? https.Agent : http.Agent
    const requests = { http: { request: this.#watched(http) }, https: { request: this.#watched(https) } }
    this.#endpoint = endpoint
    this.#parts = parts
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: IDLE_MS })
    this.#transport = new InfluxDB({
      url: href,
      // Of no use, see above; it must not come before ours.
      timeout: 2 * parts.timeoutMs,
      // What is named so is called instead of http.request.
      transportOptions: { agent: this.#agent, 'follow-redirects': requests },
    }).transport
  }

  /** One at a time. Never rejects. */
  async post(lines: readonly string[], signal: AbortSignal): Promise<Reply> {
    const reply = await this.#attempt(lines, signal)
    const isBroken = reply.kind === 'failure' && reply.code === 'ECONNRESET'
    // The server had closed the idle connection, and nobody is to blame.
    return isBroken && this.#request?.reusedSocket ? this.#attempt(lines, signal) : reply
  }

  async #attempt(lines: readonly string[], signal: AbortSignal): Promise<Reply> {
    if (signal.aborted) return { kind: 'cancelled' }
    const { clock, timeoutMs } = this.#parts
    const attempt = new AbortController()
    let cutBy: Reply | undefined
    const cut = (reply: Reply): void => {
      cutBy ??= reply
      attempt.abort()
    }
    const onAbort = (): void => cut({ kind: 'cancelled' })
    signal.addEventListener('abort', onAbort)
    const cancelTimer = clock.after(timeoutMs, () => cut({ kind: 'timeout', afterMs: timeoutMs }))
    this.#endless = ({ statusCode = 0, headers }) => cut(answer(statusCode, headers, 'the answer has no end'))
    const listener = new Listener(this.#transport, attempt.signal)
    try {
      await this.#send(lines, listener)
    } catch {
      // The listener has heard more of it than this says.
    } finally {
      cancelTimer()
      signal.removeEventListener('abort', onAbort)
    }
    return cutBy ?? listener.reply
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(lines: readonly string[], transport: Transport): Promise<void> {
    const { url, path, authorization } = this.#endpoint
    const writeApi = new InfluxDB({ url, transport }).getWriteApi('', '', 'ns', {
      maxRetries: 0,
      flushInterval: 0,
      batchSize: lines.length + 1,
      maxBatchBytes: Infinity,
      gzipThreshold: GZIP_ABOVE_BYTES,
      ...(authorization !== undefined && { headers: { authorization } }),
    })
    writeApi.path = path
    for (const line of lines) writeApi.writeRecord(line)
    await writeApi.flush()
  }

  #watched({ request }: { request: typeof http.request }) {
    return (options: http.RequestOptions, callback: (response: http.IncomingMessage) => void): http.ClientRequest => {
      this.#request = request(options, (response) => {
        callback(response)
        let bytes = 0
        response.on('data', (chunk: Uint8Array) => {
          bytes += chunk.length
          if (bytes > ANSWER_MAX_BYTES) this.#endless?.(response)
        })
      })
      return this.#request
    }
  }
}

/** Stands between WriteApi and the transport: adds the signal and hears the whole answer. */
class Listener implements Transport {
  readonly chunkCombiner: Transport['chunkCombiner']
  readonly request: Transport['request']
  readonly iterate: Transport['iterate']
  readonly #transport: Transport
  readonly #signal: AbortSignal
  reply: Reply = { kind: 'failure', code: '', message: 'the request was not sent' }

  constructor(transport: Transport, signal: AbortSignal) {
    this.chunkCombiner = transport.chunkCombiner
    this.request = transport.request.bind(transport)
    this.iterate = transport.iterate.bind(transport)
    this.#transport = transport
    this.#signal = signal
  }

  send(...[path, body, options, callbacks]: Parameters<Transport['send']>): void {
    let status = 0
    let headers: Headers = {}
    const chunks: Uint8Array[] = []
    const withSignal: SendOptions = { ...options, signal: this.#signal }
    this.#transport.send(path, body, withSignal, {
      responseStarted: (started, statusCode) => {
        headers = started
        status = statusCode ?? 0
        callbacks?.responseStarted?.(started, statusCode)
      },
      next: (chunk) => {
        chunks.push(chunk)
      },
      complete: () => {
        this.reply = answer(status, headers, Buffer.concat(chunks).toString('utf8'))
        callbacks?.complete?.()
      },
      error: (error) => {
        this.reply = replyOf(error)
        callbacks?.error?.(error)
      },
    })
  }
}

type Headers = { [header: string]: string | string[] | undefined }

function replyOf(error: Error): Reply {
  if (error instanceof HttpError) return answer(error.statusCode, error.headers ?? {}, error.body ?? '')
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // The client's own error for a connection that ended in the middle of an answer.
  if (error.name === 'AbortError') return { kind: 'failure', code: 'ECONNRESET', message: 'the answer broke off' }
  return { kind: 'failure', code, message: error.message }
}

function answer(status: number, headers: Headers, body: string): Reply {
  const text = (name: string): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const retryAfter = text('retry-after')
  const location = text('location')
  const known = {
    ...(retryAfter !== undefined && { retryAfter }),
    ...(location !== undefined && { location }),
    // Which otherwise says that it is an InfluxDB 1.8.
    ...(text('x-server-hostname') !== undefined && { victoriaMetrics: true }),
  }
  return { kind: 'answer', status, body, headers: known }
}
