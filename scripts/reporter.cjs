// mocha's own report, and after it one plain line that any program can read.
const { reporters } = require('mocha')

module.exports = class PlainLineReporter extends reporters.Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  }
}
