// The wall around the processes of one supervisor: tried out once, prepared before each start, and built into each program.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../lib/contract/fault'
import type { Wall } from '../../lib/contract/process-row'
import { enclosed } from './bubblewrap'
import { CERTIFICATES_FOLDER } from './certificate-store'
import type { ChildProgram } from './child'
import { DATABASE, HISTORIAN_SCRIPT } from './historian-spec'
import { FOLDER_MODE } from './private-files'
import { QUEUE_FOLDER } from './queue-place'
import { RUN_FOLDER } from './run-files'
import { handOver, takeBack, type Users, usersOf } from './separate-user'
import { tryWall, type WallWish, wallOf } from './wall'

/** Of the supervisor's folders, those that the historian has no business in. */
const NOT_OF_HISTORIAN = [RUN_FOLDER, CERTIFICATES_FOLDER]
/** And those of readers, where they have one. */
const OF_READERS = [CERTIFICATES_FOLDER]

export type WallParts = {
  /** Of the supervisor. */
  folder: string
  wish: WallWish
  /** Folder of the live queue. */
  live(): string
  warn(text: string): void
}

export class SupervisorWall {
  readonly #parts: WallParts
  readonly #users: Users
  readonly #queueFolder: string
  #wish: WallWish
  #trial: Promise<string | undefined> | undefined
  #problem: string | undefined

  constructor(parts: WallParts) {
    this.#parts = parts
    this.#wish = parts.wish
    this.#users = usersOf(parts.folder)
    this.#queueFolder = join(parts.folder, QUEUE_FOLDER)
  }

  get wall(): Wall {
    return wallOf(this.#wish)
  }

  /** Why no process may be started behind it; known when `ready` has settled. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether it is another wall from now on. */
  adopt(wish: WallWish): boolean {
    const before = this.wall
    this.#wish = wish
    if (this.wall === before) return false
    this.#trial = undefined
    this.#problem = undefined
    return true
  }

  /** Before each start. What did not work is tried again: somebody may have mended it. Never rejects. */
  async ready(): Promise<void> {
    const { wall } = this
    const problem = (await this.#prepare(wall)) ?? (await this.#tried(wall))
    if (this.wall !== wall) return this.ready()
    const isNew = problem !== this.#problem
    this.#problem = problem
    if (problem === undefined) return
    this.#trial = undefined
    if (isNew) this.#parts.warn(`no process of this supervisor is started: ${problem}`)
  }

  /** A reader's program behind the wall. `devices`: files of devices that its driver opens itself. */
  aroundReader(program: ChildProgram, devices: readonly string[]): ChildProgram {
    if (this.wall === 'user') return { ...program, user: this.#users.reader }
    if (this.wall === 'node') return program
    return enclosed(program, { readable: [], writable: this.#queues(), hidden: [], devices })
  }

  /** `certificates`: of whom it trusts, files and folders. */
  aroundHistorian(program: ChildProgram, certificates: readonly string[]): ChildProgram {
    if (this.wall === 'user') return { ...program, user: this.#users.historian }
    if (this.wall === 'node') return program
    const { folder } = this.#parts
    const hidden = NOT_OF_HISTORIAN.map((name) => join(folder, name))
    return enclosed(program, { readable: certificates, writable: [folder], hidden, devices: [] })
  }

  #queues(): string[] {
    return [this.#parts.live(), this.#queueFolder]
  }

  /** Files belong to those who work with them; nobody else than root can see to that. Why not, if it failed. */
  async #prepare(wall: Wall): Promise<string | undefined> {
    if (process.geteuid?.() !== 0) return undefined
    const { folder } = this.#parts
    const readers = OF_READERS.map((name) => join(folder, name))
    const files = { folder, database: DATABASE, queueFolder: this.#queueFolder, live: this.#parts.live(), readers }
    try {
      if (wall === 'user') {
        for (const path of readers) await mkdir(path, { recursive: true, mode: FOLDER_MODE })
        await handOver(files, this.#users)
      } else await takeBack(files)
      return undefined
    } catch (error) {
      const advice = 'choose another one in the properties of the supervisor'
      // Without a wall of its own a process of root reaches all files, whoever they belong to.
      return wall === 'node' ? undefined : `the sandbox "${wall}" cannot be prepared (${messageOf(error)}): ${advice}`
    }
  }

  #tried(wall: Wall): Promise<string | undefined> {
    this.#trial ??= tryWall(wall, { scripts: [HISTORIAN_SCRIPT], folders: this.#queues(), user: this.#users.reader })
    return this.#trial
  }
}
