// A reader in a real Node-RED and the OPC UA server that it reads, to which one trouble after the other happens. Its variables
// tell where, when and in which life of the server they were read.

import assert from 'node:assert/strict'
import type { ProcessRow } from '../../lib/contract/process-row'
import { PLANT_NAMESPACE } from '../../simulators/opcua/address-space'
import type { DeviceCensus } from '../../simulators/opcua/census'
import { type DeviceCommand, runDeviceCommand } from '../../simulators/opcua/commands'
import { OpcuaDeviceProcess } from '../../simulators/opcua/device-process'
import type { SettingsChange } from '../../simulators/opcua/device-settings'
import { OpcuaDevice } from '../../simulators/opcua/opcua-device'
import type { Place } from '../../simulators/opcua/plant'
import { opcuaNode, type TagProperties } from './flows'
import type { FlowNode, NodeRed, Recorded } from './node-red'
import type { RowWatch } from './row-watch'
import { statusWhen } from './statuses'
import { badTags, Telltale, type TelltaleConstant, type TelltaleNumber } from './telltale'
import { until } from './until'

/** Of the reader. A busy machine must not make an answer late that nothing else makes late. */
const INTERVAL_MS = 250
const TIMEOUT_MS = 1500
/** What the server grants a session that it does not hear of: what a reader leaves behind is gone soon. */
const SESSION_MS = 6000
/** A busy machine may need longer to look for sessions to end. */
const REAPED_MS = 30_000
/** A good value is never older: what is not proved for 5 s is not shown any more. The rest is for busy machines. */
const GOOD_FOR_MS = 10_000
const TOLD_LIMIT_MS = 30_000
/** The pauses between attempts grow up to 30 s. */
const RECOVERY_LIMIT_MS = 60_000
/** Of `Connection`, once it waits. */
const LONG_TEXT = 60

const NUMBERS = ['north', 'south', 'below', 'beside']
const CONSTANTS: readonly TelltaleConstant[] = [
  { tag: { name: 'ready', address: lasting('Types.Boolean') }, value: true },
  { tag: { name: 'greeting', address: lasting('Types.String') }, value: 'Grüße 你好 🙂' },
]
/** As of a controller that has just started. */
const PLACES = NUMBERS.map(
  (name): Place => ({
    name: `Tell.${name}`,
    type: 'Double',
    setting: { value: 0, status: 'BadWaitingForInitialData', keepValue: false },
  }),
)

/** The NodeId of a variable of the simulated plant, whatever the index of its namespace. */
export function lasting(name: string): string {
  return `nsu=${PLANT_NAMESPACE};s=${name}`
}

export type LaneOptions = {
  settings?: SettingsChange
  /** In a process of its own, which can be killed, and frozen, and have another clock: it costs a second of a processor. */
  process?: { clockOffsetMs?: number }
  /** Of the reader's node. */
  properties?: Record<string, unknown>
  /** Besides those that tell. */
  more?: readonly TelltaleConstant[]
}

export class OpcuaLane {
  readonly name: string
  readonly #options: LaneOptions
  #server: Server
  readonly #port: number
  /** Of each life of the server. */
  readonly #lives: Telltale[]
  /** The life that the reader has last seen. */
  #life = 0
  #looked = 0
  #nodeRed: NodeRed | undefined
  #rows: RowWatch | undefined
  #pid: number | null = null
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(name: string, options: LaneOptions, server: Server, telltale: Telltale) {
    this.name = name
    this.#options = options
    this.#server = server
    this.#port = server.port
    this.#lives = [telltale]
  }

  static async start(name: string, options: LaneOptions = {}): Promise<OpcuaLane> {
    const server = await startServer(options)
    return new OpcuaLane(name, options, server, await telltaleOf(server, options, 0))
  }

  readerNode(): FlowNode {
    const { tags } = this.#telltale
    const properties = { interval: INTERVAL_MS, timeout: TIMEOUT_MS, tags, ...this.#options.properties }
    return opcuaNode(this.name, this.#server.endpoint, properties)
  }

  async run(nodeRed: NodeRed, rows: RowWatch): Promise<void> {
    this.#nodeRed = nodeRed
    this.#rows = rows
    await rows.when(this.name, ({ status }) => status === 'running')
    this.#pid = (await nodeRed.row(this.name)).pid
  }

  /** Does it when all before it is done, however that ended. */
  afterwards(what: () => Promise<void>): Promise<void> {
    const outcome = this.#tail.then(what)
    this.#tail = outcome.catch(() => {})
    return outcome
  }
  async done(): Promise<void> {
    await this.#tail
  }

  send(command: DeviceCommand): Promise<unknown> {
    return this.#server.send(command)
  }

  /** Its host loses power. */
  kill(): void {
    process.kill(this.#process.pid, 'SIGKILL')
  }
  /** What was killed is back; it has forgotten everything. */
  async rebirth(): Promise<void> {
    await this.#server.close()
    this.#server = await startServer(this.#options, this.#port)
    this.#lives.push(await telltaleOf(this.#server, this.#options, this.#lives.length))
  }
  freeze(): void {
    this.#process.freeze()
  }
  thaw(): void {
    this.#process.thaw()
  }

  /** What an operator does who has compared the fingerprint. */
  async trust(): Promise<void> {
    const { last_error, supervisor } = await this.#red.row(this.name)
    const fingerprint = /SHA-256 ([0-9a-f]{64})/.exec(last_error ?? '')?.[1]
    const { status } = await this.#red.request('POST', '/collectors/certificates/trust', { supervisor, fingerprint })
    assert.equal(status, 200, `${last_error}`)
  }

  /** All values are good, and were read after this moment. */
  async isWell(afterMs = Date.now()): Promise<void> {
    const isFresh = (message: Recorded): boolean =>
      badTags(message).length === 0 && this.#telltale.isReadAfter(message, afterMs)
    await this.#untilRecorded(isFresh, RECOVERY_LIMIT_MS)
    const { length: total } = this.#telltale.tags
    await this.#watch.when(
      this.name,
      ({ link, tags }) => link === 'connected' && tags.good === total,
      RECOVERY_LIMIT_MS,
    )
    this.assertHonest()
  }

  /**
   * No value is good, row, quality and the text below the node say why, in these words.
   * @param ofLink whether the link is worse for it
   */
  async says(words: RegExp, ofLink: 'any link' | 'no link'): Promise<void> {
    const isTold = ({ link, last_error, tags }: ProcessRow): boolean =>
      tags.good === 0 && words.test(last_error ?? '') && (ofLink === 'any link' || link !== 'connected')
    await this.#watch.when(this.name, isTold, TOLD_LIMIT_MS)
    const isBadFor = (message: Recorded): boolean =>
      this.#telltale.isAllBad(message) && Object.values(message.quality ?? {}).every((reason) => words.test(reason))
    await this.#untilRecorded(isBadFor, TOLD_LIMIT_MS)
    const { last_error } = await this.#red.row(this.name)
    const text = (last_error ?? '').slice(0, LONG_TEXT)
    await statusWhen(
      this.#red,
      `id-${this.name}`,
      (shown) => (shown.fill === 'red' || shown.fill === 'yellow') && (shown.text ?? '').includes(text),
      TOLD_LIMIT_MS,
    )
  }

  /** Waits for so many more messages, and gives them. */
  async messages(count: number): Promise<Recorded[]> {
    const from = this.#recorded().length
    await until(() => this.#recorded().length >= from + count, TOLD_LIMIT_MS, 10)
    return this.#recorded().slice(from, from + count)
  }

  /** Waits for a message from now on. */
  message(wanted: (message: Recorded) => boolean): Promise<Recorded> {
    return this.#untilRecorded(wanted, RECOVERY_LIMIT_MS)
  }

  /** Everything that it has told since the last look was true. */
  assertHonest(): void {
    const all = this.#recorded()
    const lies = all.slice(this.#looked).flatMap((message, index) => {
      const at = this.#looked + index
      return this.#liesOf(message, all[at - 1]).map((lie) => `message ${at}: ${lie}`)
    })
    this.#looked = all.length
    assert.deepEqual(lies, [])
  }

  /** What the server holds of us; once what was left behind is gone. */
  async assertOneSession(): Promise<void> {
    let census: DeviceCensus | undefined
    await until(
      async () => {
        census = await this.#server.census()
        return census.sessions === 1
      },
      REAPED_MS,
      50,
    ).catch(() => assert.fail(`there are ${census?.sessions} sessions`))
  }

  async assertNoRestart(): Promise<void> {
    const { name } = this
    const { pid, restart_count, generation, status } = await this.#red.row(name)
    assert.deepEqual(
      { name, pid, restart_count, generation, status },
      { name, pid: this.#pid, restart_count: 0, generation: 1, status: 'running' },
    )
  }

  async dispose(): Promise<void> {
    if (this.#server instanceof OpcuaDeviceProcess) this.#server.thaw()
    await this.#server.close()
  }

  /** What a subscription brought may have waited; what was read belongs to its cycle. */
  #liesOf(message: Recorded, before: Recorded | undefined): string[] {
    const isPolled = this.#options.properties?.mode === 'poll'
    const oldest = isPolled ? before : { ...message, timestamp: (message.timestamp ?? 0) - GOOD_FOR_MS }
    const lies = this.#lives.slice(this.#life).map((telltale) => telltale.lies(message, oldest))
    // Of a short life nothing need have been read.
    const later = lies.findIndex(({ length }) => length === 0)
    if (later === -1) return lies[0] ?? []
    this.#life += later
    return []
  }

  #recorded(): Recorded[] {
    return this.#red.recorded(this.name)
  }

  async #untilRecorded(wanted: (message: Recorded) => boolean, timeoutMs: number): Promise<Recorded> {
    try {
      return await this.#red.recordedWhen(this.name, wanted, { timeoutMs })
    } catch (error) {
      const last = JSON.stringify(this.#recorded().at(-1))
      throw new Error(
        `no such message; the last one is ${last}, the row ${JSON.stringify(await this.#red.row(this.name))}`,
        {
          cause: error,
        },
      )
    }
  }

  get #process(): OpcuaDeviceProcess {
    return this.#server instanceof OpcuaDeviceProcess ? this.#server : assert.fail('it has no process of its own')
  }
  get #telltale(): Telltale {
    return this.#lives.at(-1) ?? assert.fail('it never lived')
  }
  get #red(): NodeRed {
    return this.#nodeRed ?? assert.fail('it does not run yet')
  }
  get #watch(): RowWatch {
    return this.#rows ?? assert.fail('it does not run yet')
  }
}

type Server = {
  readonly port: number
  readonly endpoint: string
  send(command: DeviceCommand): Promise<unknown>
  census(): Promise<DeviceCensus>
  close(): Promise<void>
}

async function startServer({ settings = {}, process }: LaneOptions, port = 0): Promise<Server> {
  const limits = { maxSessionTimeoutMs: SESSION_MS, ...settings.limits }
  const options = { port, places: PLACES }
  if (process) return OpcuaDeviceProcess.start({ ...options, ...process, settings: { ...settings, limits } })
  const device = await OpcuaDevice.start({ ...options, ...settings, limits })
  return {
    port: device.port,
    endpoint: device.endpoint,
    send: (command) => runDeviceCommand(device, command),
    census: async () => device.census(),
    close: () => device.close(),
  }
}

function telltaleOf(server: Server, { more = [] }: LaneOptions, life: number): Promise<Telltale> {
  const numbers = NUMBERS.map((name): TelltaleNumber => {
    const tag: TagProperties = { name, address: lasting(`Tell.${name}`) }
    return {
      tag,
      place: async (wave) => {
        await server.send({ command: 'set', name: `Tell.${name}`, setting: { wave, status: 'Good' } })
      },
    }
  })
  return Telltale.begin(numbers, [...CONSTANTS, ...more], life)
}
