// Readings from the live queue, given to the processes whose readings they are.

import { dirname, join } from 'node:path'
import { LIVE_CAPACITY_BYTES } from '../../lib/contract/limits'
import type { FileWriter } from './file-writer'
import { adviceOnFolder, LiveFolderRecord } from './live-folder'
import { LiveLane, type LiveLaneListener } from './live-lane'
import type { Members } from './members'
import type { OperatorLog } from './operator-log'
import type { SupervisedProcess } from './supervised-process'

type Parts = {
  /** Of the supervisor. */
  folder: string
  files: FileWriter
  members: Members
  log: OperatorLog
}

export class LiveIntake {
  readonly lane: LiveLane
  readonly #parts: Parts
  readonly #record: LiveFolderRecord
  #unclaimed = 0

  /** Throws a QueueError, or what the file system says, without a place for the live queue. */
  constructor(parts: Parts) {
    this.#parts = parts
    this.#record = new LiveFolderRecord(join(parts.folder, 'live.json'), parts.files)
    this.lane = new LiveLane(LIVE_CAPACITY_BYTES, this.#listener(), () => performance.now())
  }

  /** Messages for processes that are not here. */
  get unclaimed(): number {
    return this.#unclaimed
  }

  get folder(): string {
    return dirname(this.lane.ref.path)
  }

  close(): void {
    this.lane.close()
    this.#parts.log.guardWrite(this.#record.forget())
  }

  #processOf(recipient: string): SupervisedProcess | undefined {
    return this.#parts.members.all.get(recipient)?.process
  }

  #listener(): LiveLaneListener {
    const { log, members } = this.#parts
    return {
      message: (message) => {
        const process = this.#processOf(message.to)
        if (process) process.receive(message)
        else this.#unclaimed += 1
      },
      flooded: (to) => {
        const process = this.#processOf(to)
        const whose = process ? `"${process.spec.name}"` : `a process that is not there (${to})`
        log.warn(
          `more readings come for ${whose} than any device gives: they are thrown away, so that the others are not late`,
        )
        process?.endFor('floods the live queue with readings, at the cost of the others')
      },
      thrownAway: (to, origin, readings) => {
        const process = this.#processOf(to)
        if (process?.spec.name === origin) process.inbox.lose(readings)
      },
      replaced: (live, reason) => {
        log.warn(`${reason}: a new one was made`)
        for (const process of members.processes()) process.liveReplaced(live, reason)
      },
      stuck: (reason) => log.warnRarely(reason),
      folder: (path) => {
        const advice = adviceOnFolder(path)
        if (advice !== undefined) log.warnRarely(advice, 'live queue on a disk')
        log.guardWrite(this.#record.remember(path))
      },
    }
  }
}
