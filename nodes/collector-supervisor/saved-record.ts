// A small record that must survive: kept in two copies, each with a checksum and a number, so that a bit that flips, a file that is
// cut or a power cut between two writes costs neither the record nor the truth.

import { lstatSync, readFileSync, renameSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { asCount, asRecord } from '../../lib/contract/parse'
import { asidePath } from '../../lib/queue/database-file'
import type { FileWriter } from './file-writer'

type Copy = { version: number; content: unknown }

/** What was found at the start: the content, or that none of the copies can be read. `kept`: where damaged copies are now. */
export type Found = { state: 'none' } | { state: 'read'; kept: string[] } | { state: 'lost'; kept: string[] }

export class SavedRecord {
  readonly found: Found
  readonly #paths: readonly [string, string]
  readonly #files: FileWriter
  #version: number
  #content: unknown

  /** `isFormer`: is this the content of a file without a checksum, as earlier versions wrote it? */
  constructor(path: string, files: FileWriter, isFormer: (content: unknown) => boolean, now = new Date()) {
    this.#paths = [path, `${path}.copy`]
    this.#files = files
    const copies: Copy[] = []
    const kept: string[] = []
    for (const one of this.#paths) {
      if (!mayExist(one)) continue
      const copy = readCopy(one, isFormer)
      if (copy) copies.push(copy)
      else kept.push(keepDamaged(one, now))
    }
    const newest = copies.sort((a, b) => b.version - a.version)[0]
    this.#version = newest?.version ?? 0
    this.#content = newest?.content
    if (newest) this.found = { state: 'read', kept }
    else this.found = kept.length > 0 ? { state: 'lost', kept } : { state: 'none' }
    // From now on there are two again, both with a checksum.
    if (newest && (copies.length < this.#paths.length || newest.version === 0))
      this.replace(newest.content).catch(() => {})
  }

  /** As it was read or replaced last; undefined where there is none. */
  get content(): unknown {
    return this.#content
  }

  /** Rejects with what the file system says, if not even one copy could be written. */
  async replace(content: unknown): Promise<void> {
    this.#version += 1
    this.#content = content
    const sealed = seal({ version: this.#version, content })
    // One that a power cut leaves half written is noticed, and the other one is whole: a second sync would only cost time.
    const [path, copy] = this.#paths
    const written = [this.#files.replace(path, sealed, 'lasting'), this.#files.replace(copy, sealed, 'passing')]
    const outcomes = await Promise.allSettled(written)
    if (outcomes.every(({ status }) => status === 'rejected')) await written[0]
  }
}

/** In words, for an operator. */
export function describeKept(kept: readonly string[]): string {
  return kept.map((path) => basename(path)).join(' and ')
}

function seal({ version, content }: Copy): object {
  return { version, content, crc32: checksum(version, content) }
}

function checksum(version: number, content: unknown): number {
  return crc32(JSON.stringify([version, content]))
}

/** A link whose target is missing exists, and so may a file in a folder that cannot be searched: a copy of unknown content. */
export function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

function readCopy(path: string, isFormer: (content: unknown) => boolean): Copy | undefined {
  let parsed: unknown
  try {
    // To open a named pipe would wait for whoever writes into it.
    if (!statSync(path).isFile()) return undefined
    parsed = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
  if (isFormer(parsed)) return { version: 0, content: parsed }
  const sealed = asRecord(parsed)
  const version = asCount(sealed?.version)
  if (!sealed || version === undefined || sealed.crc32 !== checksum(version, sealed.content)) return undefined
  return { version, content: sealed.content }
}

/** Nothing is deleted that an operator may want to look at. Returns where it is now. */
function keepDamaged(path: string, now: Date): string {
  const kept = asidePath(path, now)
  try {
    renameSync(path, kept)
    return kept
  } catch {
    return path
  }
}
