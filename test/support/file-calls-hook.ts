// Loaded into Node-RED before all else: notes what this package asks of the file system on Node-RED's thread, waiting for the
// answer, and every call that has the disk written out. A line of JSON for each call, in the file that FILE_CALLS names.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'

const OURS = dirname(dirname(__dirname)) + sep
const log = process.env.FILE_CALLS
const appendFileSync = fs.appendFileSync.bind(fs)
/** Not on any disk. */
const MEMORY = /^\/(proc|dev\/shm)\//
let busy = false

function note(call: string, subject: unknown): void {
  if (busy || log === undefined) return
  busy = true
  try {
    const stack = new Error().stack ?? ''
    const ours = stack.split('\n').filter((line) => line.includes(OURS) && !line.includes(__filename))
    if (ours.length === 0 || (typeof subject === 'string' && MEMORY.test(subject))) return
    appendFileSync(log, `${JSON.stringify({ call, subject: String(subject), from: ours[0]?.trim() })}\n`)
  } finally {
    busy = false
  }
}

/** Replaces a function of a module by one that is noted. */
function watch(owner: object, name: string): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
    note(name, args[0])
    return Reflect.apply(original, this, args)
  })
}

for (const name of Object.keys(fs)) if (name.endsWith('Sync')) watch(fs, name)
for (const name of ['fsync', 'fdatasync']) watch(fs, name)

const sqlite: unknown = createRequire(__filename)('node:sqlite')
if (typeof sqlite === 'object' && sqlite !== null) {
  const original: unknown = Reflect.get(sqlite, 'DatabaseSync')
  if (typeof original === 'function') {
    const noted = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        note('DatabaseSync', args[0])
        const made: unknown = Reflect.construct(target, args, newTarget)
        return Object(made)
      },
    })
    Reflect.set(sqlite, 'DatabaseSync', noted)
  }
}

void fs.promises.open(__filename, 'r').then(async (file) => {
  const prototype: unknown = Object.getPrototypeOf(file)
  if (typeof prototype === 'object' && prototype !== null)
    for (const name of ['sync', 'datasync']) watch(prototype, name)
  await file.close()
})
