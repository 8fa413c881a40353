// Small files written one after the other, never on Node-RED's thread: a disk may stand still for a minute, and a file that
// is synced takes two seconds on some memory cards. One at a time, so that a disk that stands still holds one thread of
// Node's pool and not all of them.

import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { untilWritten } from './last-writes'
import { FILE_MODE, FOLDER_MODE } from './private-files'

/** `lasting` is there after a power cut; `passing` means nothing by then. */
export type Durability = 'lasting' | 'passing'

type Job = {
  work(): Promise<void>
  readonly told: { resolve(): void; reject(reason: unknown): void }[]
}

export class FileWriter {
  /** What is to be done with each path, in the order in which it was asked for. */
  readonly #jobs = new Map<string, Job>()
  #running: Promise<void> | undefined

  /**
   * Replaces the file as a whole, 0600, so that there is the old content or the new. Of several for one path that wait the last
   * counts. Rejects with what the file system says.
   */
  replace(path: string, content: unknown, durability: Durability): Promise<void> {
    const text = JSON.stringify(content)
    return this.#add(path, () => replaceFile(path, text, durability))
  }

  remove(path: string): Promise<void> {
    return this.#add(path, () => rm(path, { force: true }))
  }

  /** Settles when all is written that was asked for, or when this time is over. */
  settled(timeoutMs: number): Promise<void> {
    return untilWritten(this.#running, timeoutMs)
  }

  #add(path: string, work: () => Promise<void>): Promise<void> {
    const job = this.#jobs.get(path) ?? { work, told: [] }
    job.work = work
    this.#jobs.set(path, job)
    const done = new Promise<void>((resolve, reject) => job.told.push({ resolve, reject }))
    this.#running ??= this.#run()
    return done
  }

  async #run(): Promise<void> {
    for (const [path, job] of this.#jobs) {
      this.#jobs.delete(path)
      try {
        await job.work()
        for (const { resolve } of job.told) resolve()
      } catch (error) {
        for (const { reject } of job.told) reject(error)
      }
    }
    this.#running = undefined
  }
}

async function replaceFile(path: string, text: string, durability: Durability): Promise<void> {
  const draft = `${path}.new`
  await makeFolder(dirname(path))
  const file = await open(draft, 'w', FILE_MODE)
  try {
    // The mode above holds for a new file only.
    await file.chmod(FILE_MODE)
    await file.writeFile(text)
    if (durability === 'lasting') await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

/** Not by mkdir's own `recursive`, which says ENOENT whatever is in the way. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    await makeFolder(dirname(path))
    await mkdir(path, { mode: FOLDER_MODE })
  }
}
