// A program that is run behind a wall to see whether it holds what a reader's process needs: argv are the files that it must be able to
// read, `--`, and the folders that it must be able to write in. It says on stderr what it cannot.

import { accessSync, constants } from 'node:fs'

const paths = process.argv.slice(2)
const border = paths.indexOf('--')

try {
  for (const path of paths.slice(0, border)) accessSync(path, constants.R_OK)
  for (const path of paths.slice(border + 1)) accessSync(path, constants.W_OK | constants.X_OK)
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
