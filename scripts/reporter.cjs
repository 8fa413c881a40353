// mocha's own report, and after it one plain line that any program can read. Where several lanes run at once (test.mjs), the
// counts and the failures go into the file that each lane was given, and the line is that of all lanes.
const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

module.exports = class PlainLineReporter extends reporters.Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    const file = process.env.TEST_COUNTS
    const failed = this.failures.map((test) => ({
      title: test.titlePath().join(' / '),
      message: test.err?.message ?? '',
    }))
    if (file) writeFileSync(file, JSON.stringify({ passes, failures, pending, failed }))
    else console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  }
}
