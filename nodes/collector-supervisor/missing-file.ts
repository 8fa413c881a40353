// What of a program is not there. The error of a start names Node's file even when it is the working folder that is gone.

import { existsSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import type { ChildProgram } from './child'

/** A sentence that says what is missing and what to do, or undefined when all of it is there. */
export function describeMissing({ command, cwd, args }: ChildProgram): string | undefined {
  const script = args.at(-1)
  // A program that is no path is looked for in the folders of PATH.
  const paths = [command, cwd, script].filter((path) => path !== undefined).filter((path) => isAbsolute(path))
  const missing = paths.find((path) => !existsSync(path))
  if (missing === undefined) return undefined
  const what =
    missing === command ? "Node's program" : `the package's ${missing === cwd ? 'folder' : basename(missing)}`
  return `${what} is missing at ${missing}: if it was moved or updated, restart Node-RED`
}
