import assert from 'node:assert/strict'
import { backoffMs } from '../../../lib/historian/backoff'

describe('the wait after a failed write', () => {
  const reason = ''
  const table: [string, Parameters<typeof backoffMs>, number][] = [
    ['begins with a second', [{ kind: 'later', reason }, 1, 0], 1000],
    ['doubles', [{ kind: 'later', reason }, 4, 0], 8000],
    ['ends at a minute', [{ kind: 'later', reason }, 7, 0], 60_000],
    ['stays there for ever', [{ kind: 'later', reason }, 5000, 0], 60_000],
    ['is shortened by chance', [{ kind: 'later', reason }, 7, 0.5], 52_500],
    ['is what the server asks for', [{ kind: 'later', reason, afterMs: 20_000 }, 9, 0], 20_000],
    ['is never less than that', [{ kind: 'later', reason, afterMs: 20_000 }, 9, 0.5], 21_000],
    ['is no hot loop when the server asks for none', [{ kind: 'later', reason, afterMs: 0 }, 1, 0], 1000],
    ['is half a minute when somebody has to act', [{ kind: 'blocked', reason }, 9, 0], 30_000],
  ]
  for (const [what, given, ms] of table) it(what, () => assert.equal(backoffMs(...given), ms))
})
