import assert from 'node:assert/strict'
import { parseJournalQuery } from '../../../../nodes/collector-supervisor/api/journal-route'

const NOW = Date.parse('2026-01-02T00:00:00Z')
const NONE = { name: undefined, kind: undefined, from: undefined, before: undefined, limit: 100 }

describe('What is asked of the journal', () => {
  const asked: [query: Record<string, string>, difference: object][] = [
    [{}, {}],
    [{ name: '', kind: '', from: '', before: '', limit: '' }, {}],
    [
      { name: 'oven 1', kind: 'quality', limit: '5' },
      { name: 'oven 1', kind: 'quality', limit: 5 },
    ],
    [
      { from: '-1h', before: '17' },
      { from: NOW - 3_600_000, before: 17 },
    ],
    [{ from: '2026-01-01T00:00:00Z' }, { from: NOW - 86_400_000 }],
  ]
  for (const [query, difference] of asked) {
    it(`is understood: ${new URLSearchParams(query)}`, () =>
      assert.deepEqual(parseJournalQuery(query, NOW), { ...NONE, ...difference }))
  }

  const refused: [query: Record<string, string | string[]>, problem: RegExp][] = [
    [{ kind: 'all' }, /^kind: there are status, link, quality, refused, notice$/],
    [{ from: 'yesterday' }, /^from: expected ms since the epoch/],
    [{ before: 'x' }, /^before: /],
    [{ limit: '0' }, /^limit: expected a whole number from 1 to 1000$/],
    [{ limit: '1001' }, /^limit: /],
    [{ name: ['a', 'b'] }, /^name: name one process$/],
  ]
  for (const [query, problem] of refused) {
    it(`is refused: ${JSON.stringify(query)}`, () => {
      const parsed = parseJournalQuery(query, NOW)
      assert.match('problem' in parsed ? parsed.problem : '', problem)
    })
  }
})
