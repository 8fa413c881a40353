// Ways to break a database file of SQLite, in use or not.

import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const PAGE_BYTES = 4096

export function removeDatabase(path: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true })
}

/** As an editor saves: a new file under the old name. */
export function replaceByText(path: string): void {
  removeDatabase(path)
  writeFileSync(path, 'This is no database.\n'.repeat(1000))
}

export function overwrite(path: string): void {
  writeAt(path, 0, Buffer.alloc(200_000, 'garbage!'))
  emptyLog(path)
}

export function makeNewer(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec('PRAGMA user_version = 99')
  database.close()
}

/** Inverts a byte of the file; its log is emptied, so that it counts. */
export function flip(path: string, ...positions: number[]): void {
  const bytes = readFileSync(path)
  for (const at of positions) {
    assert.ok(at >= 0 && at < bytes.length, `${path} has only ${bytes.length} bytes, not ${at}`)
    writeAt(path, at, Uint8Array.of((bytes[at] ?? 0) ^ 0xff))
  }
  emptyLog(path)
}

/** Every so many bytes. */
export function everyByte(path: string, step: number): number[] {
  return Array.from({ length: Math.floor(statSync(path).size / step) }, (_, index) => index * step + 7)
}

/** Where the first page of a table or an index begins. */
export function rootOf(path: string, name: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)
  database.close()
  return (Number(row?.rootpage) - 1) * PAGE_BYTES
}

/** Where this stands in the file, pages that are free now included. */
export function placesOf(path: string, text: string | Uint8Array): number[] {
  const bytes = readFileSync(path)
  const places: number[] = []
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) places.push(at)
  return places
}

/** Inverts a byte in the oldest message of a queue. */
export function flipInMessage(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const body = database.prepare('SELECT body FROM message ORDER BY id LIMIT 1').get()?.body
  database.close()
  assert.ok(body instanceof Uint8Array)
  flip(path, ...placesOf(path, body).map((place) => place + 10))
}

function emptyLog(path: string): void {
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })) truncateSync(`${path}-wal`)
}

function writeAt(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  try {
    writeSync(file, bytes, 0, bytes.length, position)
  } finally {
    closeSync(file)
  }
}
