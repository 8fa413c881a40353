import assert from 'node:assert/strict'
import { adviceFor } from '../../../nodes/melsec-in/advice'
import { configOf, type ShortTag } from './config'

/** Too far from each other to be read together in 1E. */
function scattered(count: number, step: number): ShortTag[] {
  return Array.from({ length: count }, (_, at) => [`D${step * at}`, `D${step * at}`])
}

const relays: ShortTag[] = [['all', 'M0', 'bool', { length: 3584 }]]
const moreRelays: ShortTag[] = [...relays, ['more', 'M3584', 'bool', { length: 3584 }]]

const rows: { title: string; tags: ShortTag[]; others: object; advice: string[] }[] = [
  {
    title: '1E of a Q: 3E reads more at once',
    tags: scattered(8, 600),
    others: { frame: '1E' },
    advice: ['3E: 1'],
  },
  {
    title: 'ASCII: in binary twice as many relays go into a request',
    tags: moreRelays,
    others: { encoding: 'ascii' },
    advice: ['binary: 1'],
  },
  {
    title: 'ASCII with 1E: the frame helps, the data code does not',
    tags: scattered(8, 600),
    others: { frame: '1E', encoding: 'ascii' },
    advice: ['3E: 1'],
  },
  {
    title: '1E of an FX3: it has nothing else',
    tags: scattered(8, 600),
    others: { series: 'fx3', frame: '1E' },
    advice: [],
  },
  { title: 'one request: it cannot be less', tags: relays, others: { encoding: 'ascii' }, advice: [] },
  { title: 'binary 3E: it is the best there is', tags: moreRelays, others: {}, advice: [] },
]

describe('What would shorten a cycle of a MELSEC reader with', () => {
  for (const { title, tags, others, advice } of rows) {
    it(title, () => {
      const given = adviceFor(configOf(tags, { series: 'q', frame: '3E', ...others }))
      assert.deepEqual(
        given.map(({ setting, requests }) => `${setting}: ${requests}`),
        advice,
      )
    })
  }
})
