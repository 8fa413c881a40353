import assert from 'node:assert/strict'
import {
  NOTHING_KNOWN,
  newsOf,
  type Settling,
  type SettlingEvent,
  step,
  waitMs,
} from '../../../../nodes/modbus-in/access/settling'

const SILENT: SettlingEvent = { type: 'silent-connection' }
const CLOSED: SettlingEvent = { type: 'closed-connection' }
const ANSWER: SettlingEvent = { type: 'first-answer' }
const after = (silentAfterMs: number): SettlingEvent => ({ type: 'first-answer', silentAfterMs })

/** Waits before each connection, and what is told after each event. */
function story(events: readonly SettlingEvent[]): { waits: number[]; news: string[] } {
  let settling: Settling = NOTHING_KNOWN
  const waits = [0]
  const news: string[] = []
  for (const event of events) {
    const next = step(settling, event)
    const told = newsOf(settling, next)
    if (told !== undefined) news.push(told)
    settling = next
    waits.push(waitMs(settling))
  }
  return { waits, news }
}

const QUIET_600 = 'the device is quiet for about 600 ms after connecting: connectDelay = 700'
const QUIET_5000 = 'the device is quiet for about 5000 ms after connecting: connectDelay = 5100'

const table: { what: string; events: SettlingEvent[]; waits: number[]; news?: string[] }[] = [
  {
    what: 'one that closes connections, and keeps nobody waiting for that',
    events: [SILENT, SILENT, CLOSED, CLOSED],
    waits: [0, 700, 1600, 0, 0],
  },
  { what: 'a device that answers at once', events: [ANSWER, ANSWER], waits: [0, 0, 0] },
  {
    what: 'one that answers only on connections that were left alone for a while',
    events: [SILENT, ANSWER, ANSWER],
    waits: [0, 700, 700, 700],
    news: [QUIET_600],
  },
  {
    what: 'one that is quiet for 5 s',
    events: [SILENT, SILENT, SILENT, ANSWER, ANSWER],
    waits: [0, 700, 1600, 5100, 5100, 5100],
    news: [QUIET_5000],
  },
  {
    what: 'one that misses the first request of two connections in a row, and answers a later one',
    events: [after(0), after(0), ANSWER],
    waits: [0, 0, 700, 700],
    news: [QUIET_600],
  },
  { what: 'one that has lost its very first request', events: [after(0), ANSWER, after(0)], waits: [0, 0, 0, 0] },
  {
    what: 'one that has lost two first requests, and was silent for a connection in between',
    events: [after(0), SILENT, after(700)],
    waits: [0, 0, 700, 700],
  },
  {
    what: 'one that needs more than was thought',
    events: [after(0), after(0), after(700), after(700)],
    waits: [0, 0, 700, 700, 1600],
    news: [QUIET_600, 'the device is quiet for about 1500 ms after connecting: connectDelay = 1600'],
  },
  { what: 'one that has lost its first request for once', events: [ANSWER, after(0), ANSWER], waits: [0, 0, 0, 0] },
  {
    what: 'one that was off for long: what helped may have been chance, and is kept in mind',
    events: [SILENT, SILENT, SILENT, SILENT, SILENT, ANSWER, ANSWER, SILENT, ANSWER],
    waits: [0, 700, 1600, 5100, 0, 700, 0, 0, 700, 0],
  },
  {
    what: 'one that answered at once before and was off',
    events: [ANSWER, SILENT, ANSWER, ANSWER],
    waits: [0, 0, 700, 0, 0],
  },
  { what: 'one that misses requests for longer than any wait', events: [after(9000)], waits: [0, 0] },
]

describe('the quiet time of a device after connecting', () => {
  for (const { what, events, waits, news = [] } of table) {
    it(`is found out of ${what}`, () => assert.deepEqual(story(events), { waits, news }))
  }
})
