// A folder for the tests of a suite, which goes with them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** To be called in a `describe`: the path of a new, empty folder for each test, which is removed after it. */
export function temporaryFolder(): () => string {
  let path = ''
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'collector-test-'))
  })
  // A write that is still under way may put a file into it once more.
  afterEach(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }))
  return () => path
}
