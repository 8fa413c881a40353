// Small files of a supervisor's folder: 0600 in folders 0700, replaced as a whole, so that a power cut leaves the old or the new.

import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** With its parents. Not by mkdir's own `recursive`, which says ENOENT whatever is in the way. */
export function makePrivateFolder(path: string): void {
  if (existsSync(path)) return
  makePrivateFolder(dirname(path))
  mkdirSync(path, { mode: FOLDER_MODE })
}

export function replaceFile(path: string, content: unknown): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', FILE_MODE)
  try {
    // The mode above holds for a new file only.
    fchmodSync(file, FILE_MODE)
    writeFileSync(file, JSON.stringify(content))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/** The parsed content; undefined for a file that is missing or is no JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
