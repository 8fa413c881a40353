// Small files of a folder of certificates, read and written with care: others may have put there whatever they like, and
// several processes use it at the same time.

import { constants, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '../contract/parse'
import { CERTIFICATE_MAX_BYTES, type Certificate, parseCertificate } from './certificate'
import { FILE_MODE, FILES_MAX, FOLDER_MODE, type Part } from './records'

/** Neither a link, nor a pipe, which would wait for its other end. */
const AS_PLAIN_FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export type Listing = {
  names: string[]
  /** There are more. */
  more: boolean
}

/** Names in it, in no order; none where there is no such folder. What only looks like one, being a link, is not followed. */
export async function namesIn(folder: string, max = FILES_MAX): Promise<Listing> {
  const names: string[] = []
  try {
    if (!(await lstat(folder)).isDirectory()) return { names, more: false }
    for await (const { name } of await opendir(folder)) {
      if (names.length === max) return { names, more: true }
      names.push(name)
    }
  } catch {
    // gone meanwhile, or not for us: what was found is what there is
  }
  return { names, more: false }
}

/** undefined for what cannot be read, is no file, or is too large. */
export async function readSmallFile(path: string, maxBytes = CERTIFICATE_MAX_BYTES * 2): Promise<Buffer | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, AS_PLAIN_FILE)
    const { size } = await file.stat().then((stats) => (stats.isFile() ? stats : { size: Infinity }))
    if (size > maxBytes) return undefined
    const bytes = Buffer.alloc(size)
    const { bytesRead } = await file.read(bytes, 0, size, 0)
    return bytes.subarray(0, bytesRead)
  } catch {
    return undefined
  } finally {
    await file?.close().catch(() => {})
  }
}

/** undefined for what is no JSON, too. */
export async function readSmallJson(path: string): Promise<unknown> {
  const bytes = await readSmallFile(path)
  return bytes && parseJson(bytes)
}

export type CertificateFile = { name: string; certificate: Certificate }

/** Those of a folder, DER or PEM; what is none is passed over. One by one, so that other work goes on between them. */
export async function certificatesIn(folder: string): Promise<{ files: CertificateFile[]; more: boolean }> {
  const { names, more } = await namesIn(folder)
  const files: CertificateFile[] = []
  for (const name of names) {
    const bytes = await readSmallFile(join(folder, name))
    const certificate = bytes && parseCertificate(bytes)
    if (certificate) files.push({ name, certificate })
  }
  return { files, more }
}

/** The folder of this part, made if it is not there. */
export function makePart(root: string, part: Part): string {
  const path = join(root, part)
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE })
  return path
}

/** As a whole: who reads it meanwhile has the old or the new. */
export function replaceWhole(path: string, content: string | Buffer): void {
  const draft = write(path, content)
  try {
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Whatever is there stays: of several processes one writes it. Says whether it was this one. */
export function writeOnce(path: string, content: string | Buffer): boolean {
  const draft = write(path, content)
  try {
    // Unlike a renaming, a link never replaces what is there.
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function write(path: string, content: string | Buffer): string {
  const draft = `${path}.${process.pid}`
  rmSync(draft, { force: true })
  writeFileSync(draft, content, { mode: FILE_MODE, flag: 'wx' })
  return draft
}
