// One spawned process: its start, its control channel, its output, its signals and its end. Decides nothing.

import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex, Readable } from 'node:stream'
import type { FromChild, ToChild } from '../../lib/contract/control'
import { messageOf } from '../../lib/contract/fault'
import { CONTROL_FD } from '../../lib/contract/limits'
import type { ExitFacts } from '../../lib/contract/process-event'
import { ControlChannel } from './control-channel'
import { awaitEnclosed, exitOfEnclosed } from './enclosure'
import { LogCapture } from './log-capture'
import { describeMissing } from './missing-file'
import { raiseOomScore } from './oom-score'
import { groupIsEmpty, signalGroup } from './process-group'
import type { Channel } from './watchdog'

export type ChildListener = {
  /** Which process it is; called once, and with a plain child within the constructor. */
  identified(pid: number): void
  message(message: FromChild): void
  malformed(): void
  /** It says more than its share. */
  flood(channel: Channel): void
  /** The control channel is closed, though the process may be alive. */
  unreachable(): void
  output(source: 'stdout' | 'stderr', text: string): void
  /** `message` names what is missing, if something is. */
  spawnFailed(code: string, message: string): void
  /** The process and its whole group are gone. */
  exited(exit: ExitFacts): void
}

export type ChildProgram = {
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
  /** Whose process it is; absent = Node-RED's own. */
  user?: { uid: number; gid: number }
  /** The command is bwrap, which starts the process that counts. */
  enclosed?: true
}

/** Its last words may still be in the pipes when a process ends; they are waited for so long, ms. */
const LAST_WORDS_MS = 100
/** A grandchild may hold the pipes open; they are closed after this, ms. */
const PIPES_MS = 2_000
const GROUP_POLL_MS = 20

export class Child {
  readonly #process: ChildProcess | undefined
  readonly #channel: ControlChannel | undefined
  readonly #listener: ChildListener
  readonly #enclosed: boolean
  /** Of the process that counts; undefined before it is known. */
  #pid: number | undefined
  #gone = false

  constructor(program: ChildProgram, listener: ChildListener, now: () => number) {
    this.#listener = listener
    this.#enclosed = program.enclosed === true
    try {
      this.#process = spawn(program.command, program.args, {
        cwd: program.cwd,
        env: program.env,
        // stdin, stdout, stderr, the control channel; and two more for bwrap
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(this.#enclosed ? (['pipe', 'pipe'] as const) : [])],
        ...program.user,
        detached: process.platform !== 'win32',
        windowsHide: true,
      })
    } catch (error) {
      this.#fail(program, error)
      return
    }
    const child = this.#process
    // Without a pid nothing was started, and there may not even be pipes: `error` says why, `exit` never comes.
    child.once('error', (error) => {
      if (child.pid === undefined) this.#fail(program, error)
    })
    if (child.pid === undefined) return
    if (this.#enclosed) awaitEnclosed(child.stdio, (pid) => this.#identified(pid))
    else this.#identified(child.pid)
    const output = (source: 'stdout' | 'stderr') => (text: string) => listener.output(source, text)
    const flood = (): void => listener.flood('output')
    if (child.stdout) new LogCapture(child.stdout, now, output('stdout'), flood)
    if (child.stderr) new LogCapture(child.stderr, now, output('stderr'), flood)
    const control = child.stdio[CONTROL_FD]
    if (control instanceof Duplex) {
      this.#channel = new ControlChannel(control, {
        message: (message) => listener.message(message),
        malformed: () => listener.malformed(),
        flood: () => listener.flood('control channel'),
        closed: () => {
          if (!this.#gone && child.exitCode === null && child.signalCode === null) listener.unreachable()
        },
      })
    }
    child.once('exit', (code, signal) => {
      this.#awaitEnd(child, this.#enclosed ? exitOfEnclosed({ code, signal }) : { code, signal })
    })
  }

  /** False if there was nothing to start, which `spawnFailed` tells. */
  get wasStarted(): boolean {
    return this.#process?.pid !== undefined
  }
  get pid(): number | undefined {
    return this.#pid
  }

  send(message: ToChild): boolean {
    return this.#channel?.send(message) ?? false
  }

  /** SIGCONT, since a stopped process would keep SIGTERM for later. */
  terminate(): void {
    this.#signal('SIGTERM')
    this.#signal('SIGCONT')
  }

  /** With its bwrap, so that nothing is waited for that somebody has stopped. */
  kill(): void {
    this.#signal('SIGKILL')
    if (this.#enclosed && !this.#gone) signalGroup(this.#process?.pid ?? 0, 'SIGKILL')
  }

  /** A stopped process would not notice that Node-RED is gone. */
  wake(): void {
    this.#signal('SIGCONT')
  }

  #signal(signal: NodeJS.Signals): void {
    // bwrap ends with the process that it encloses, which belongs to the group of bwrap until it is let go.
    const group = this.#pid ?? this.#process?.pid
    // After the end the pid may belong to somebody else.
    if (!this.#gone && group !== undefined) signalGroup(group, signal)
  }

  /** The groups of the process and of its bwrap. */
  #groups(): number[] {
    return [...new Set([this.#pid, this.#process?.pid])].filter((pid) => pid !== undefined)
  }

  #identified(pid: number): void {
    this.#pid = pid
    raiseOomScore(pid)
    this.#listener.identified(pid)
  }

  #fail(program: ChildProgram, error: unknown): void {
    if (this.#gone) return
    this.#gone = true
    this.#channel?.close()
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    const message = describeMissing(program) ?? messageOf(error)
    // Later, so that whoever made this child has it in hand when he hears of it.
    setImmediate(() => this.#listener.spawnFailed(code, message))
  }

  #awaitEnd(child: ChildProcess, exit: ExitFacts): void {
    const tell = (): void => {
      clearTimeout(patience)
      child.removeListener('close', tell)
      this.#awaitGroup(exit)
    }
    const patience = setTimeout(tell, LAST_WORDS_MS)
    child.once('close', tell)
    const pipes = setTimeout(() => {
      for (const pipe of child.stdio) if (pipe instanceof Readable || pipe instanceof Duplex) pipe.destroy()
    }, PIPES_MS)
    pipes.unref()
    child.once('close', () => clearTimeout(pipes))
  }

  /** What the process left behind in its group has no supervisor any more: it is killed before the next one starts. */
  #awaitGroup(exit: ExitFacts): void {
    const left = this.#groups().filter((pid) => !groupIsEmpty(pid))
    if (left.length === 0) {
      this.#gone = true
      this.#channel?.close()
      this.#listener.exited(exit)
      return
    }
    for (const pid of left) signalGroup(pid, 'SIGKILL')
    setTimeout(() => this.#awaitGroup(exit), GROUP_POLL_MS)
  }
}
