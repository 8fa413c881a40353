// A supervised process from the inside: how it begins, what it obeys and how it ends. Only here is anything of `process` touched.

import { type Configure, type Inspect, parseToChild, type ToChild } from '../contract/control'
import { Fault, toFault } from '../contract/fault'
import { EXIT_BUG, EXIT_CONFIG, ORPHAN_GRACE_MS } from '../contract/lifecycle'
import { CONTROL_VERSION } from '../contract/limits'
import { Control } from './control'
import { openSupervisorSocket } from './supervisor-socket'

/** Without a configuration after this time, ms, no supervisor wants this process. */
const CONFIGURE_MS = 30_000
/** Time to end when a signal asks for it, ms. */
const SIGNAL_GRACE_MS = 5000
/** Parts of a grace that the work may use to close, and after which the process ends whatever still goes on. */
const CLOSE_PART = 0.7
const END_PART = 0.9
/** Time for the last messages to get out, ms. */
const LAST_WORDS_MS = 500
const STACK_LINES = 12

/** What a message may ask of the work besides to begin and to end. */
export type Order = Exclude<ToChild, { type: 'configure' | 'inspect' | 'stop' }>

/** What the process is there for. */
export interface Work {
  /** Runs until `stop` and until all is closed; rejects with a Fault of kind `config` or `bug`. */
  run(): Promise<void>
  /** Ends within this time, ms. May be called several times. */
  stop(closeMs: number): void
  obey(order: Order): void
}

export type ChildOptions = {
  configureMs?: number
  /** The work of a process that is there to be asked only; absent where there is no such work. */
  inspect?(inspect: Inspect, control: Control): Work
}

/**
 * From here on the process belongs to its work, which also ends it. `create` throws a Fault of kind `config` for a
 * configuration that cannot work.
 */
export function runChild(
  create: (configure: Configure, control: Control) => Work,
  { configureMs = CONFIGURE_MS, inspect = notAsked }: ChildOptions = {},
): void {
  const socket = openSupervisorSocket({ message: obey, closed: () => stop(ORPHAN_GRACE_MS) })
  const control = new Control((message, done) => socket.send(message, done))
  let work: Work | undefined
  let ending = false
  let endAtMs = Infinity
  let endTimer: NodeJS.Timeout | undefined

  const configureTimer = setTimeout(() => {
    fail(new Fault('config', 'not-configured', `no configuration came within ${configureMs} ms`))
  }, configureMs)
  process.on('SIGTERM', () => stop(SIGNAL_GRACE_MS))
  // Ctrl-C and a closed terminal reach the whole group; when to end is the supervisor's decision.
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  process.on('uncaughtException', fail)
  if (!socket.connected) fail(new Fault('config', 'no-channel', 'this process is started by its supervisor only'))

  function obey(input: unknown): void {
    const message = parseToChild(input)
    if (!message || ending) return
    if (message.type === 'configure' || message.type === 'inspect') {
      if (!work) start(message)
      return
    }
    if (work && message.generation !== control.generation) return
    if (message.type === 'stop') stop(message.graceMs)
    else if (work) work.obey(message)
    else if ('id' in message && message.type !== 'cancel') control.result(message.id, false, 'not configured yet')
  }

  function start(begin: Configure | Inspect): void {
    clearTimeout(configureTimer)
    control.adopt(begin.generation)
    try {
      checkVersion(begin)
      work = begin.type === 'configure' ? create(begin, control) : inspect(begin, control)
      work.run().then(() => end(0), fail)
    } catch (thrown) {
      fail(thrown)
    }
  }

  /** May be asked several times; the shortest time counts. */
  function stop(graceMs: number): void {
    endWithin(graceMs * END_PART)
    if (work) work.stop(graceMs * CLOSE_PART)
    else end(0)
  }

  function endWithin(ms: number): void {
    const atMs = performance.now() + ms
    if (atMs >= endAtMs) return
    endAtMs = atMs
    clearTimeout(endTimer)
    endTimer = setTimeout(() => process.exit(0), ms)
  }

  function fail(thrown: unknown): void {
    if (ending) return
    const fault = toFault(thrown)
    const config = fault.kind === 'config'
    // What is not caught is a bug.
    control.fault(fault, config ? 'config' : 'bug')
    process.stderr.on('error', () => {})
    process.stderr.write(`${config ? fault.message : stackOf(fault)}\n`)
    end(config ? EXIT_CONFIG : EXIT_BUG)
  }

  function end(code: number): void {
    if (ending) return
    ending = true
    clearTimeout(configureTimer)
    if (code !== 0) clearTimeout(endTimer)
    const exit = (): void => process.exit(code)
    setTimeout(exit, LAST_WORDS_MS)
    control.settled().then(exit, exit)
  }
}

function notAsked(): never {
  throw new Fault('config', 'no-inspection', 'there is nothing that this process could be asked')
}

function checkVersion({ version }: Pick<Configure, 'version'>): void {
  if (version === CONTROL_VERSION) return
  const versions = `${version}, this process ${CONTROL_VERSION}`
  throw new Fault('config', 'control-version', `the supervisor speaks version ${versions}: restart Node-RED`)
}

function stackOf(fault: Fault): string {
  const { stack } = fault.cause instanceof Error ? fault.cause : fault
  return (stack ?? fault.message).split('\n', STACK_LINES).join('\n')
}
