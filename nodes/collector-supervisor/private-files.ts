// Small files of a supervisor's folder: 0600 in folders 0700. They are read when the supervisor is made; see file-writer.ts for how
// they are written.

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export const FOLDER_MODE = 0o700
export const FILE_MODE = 0o600

/** With its parents. Not by mkdir's own `recursive`, which says ENOENT whatever is in the way. */
export function makePrivateFolder(path: string): void {
  if (existsSync(path)) return
  makePrivateFolder(dirname(path))
  mkdirSync(path, { mode: FOLDER_MODE })
}

/** The parsed content; undefined for a file that is missing or is no JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
