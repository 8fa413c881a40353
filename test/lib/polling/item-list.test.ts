import assert from 'node:assert/strict'
import { type ColumnPlace, itemList } from '../../../lib/polling/item-list'

type Place = [address: number, length: number, more?: Partial<ColumnPlace<string>>]

/** `address+length: columns`, with `every` and `reach` where there are. */
function items(...places: Place[]): string[] {
  const decode = () => 0
  return itemList(
    places.map(([address, length, more]) => ({ unit: 1, area: 'holding', address, length, every: 1, decode, ...more })),
  ).map(({ unit, area, address, length, every, reach, targets }) => {
    const place = `${unit === 1 ? '' : `unit ${unit} `}${area === 'holding' ? '' : `${area} `}${address}+${length}`
    const columns = targets.map(({ column }) => column).join(' ')
    return `${place}: ${columns}${every === undefined ? '' : ` every ${every}`}${reach === undefined ? '' : ` to ${reach}`}`
  })
}

describe('the items of columns', () => {
  const rows: [what: string, places: Place[], list: string[]][] = [
    [
      'share a span',
      [
        [1, 1],
        [2, 1],
        [1, 1],
      ],
      ['1+1: 0 2', '2+1: 1'],
    ],
    [
      'do not share it with another length, unit or area',
      [
        [1, 1],
        [1, 2],
        [1, 1, { unit: 2 }],
        [1, 1, { area: 'input' }],
      ],
      ['1+1: 0', '1+2: 1', 'unit 2 1+1: 2', 'input 1+1: 3'],
    ],
    [
      'do not share it with one that is read in other cycles',
      [
        [1, 1],
        [1, 1, { every: 5 }],
        [1, 1, { every: 5 }],
      ],
      ['1+1: 0', '1+1: 1 2 every 5'],
    ],
    [
      'reach from a value up to its scale',
      [
        [84, 1, { scale: 1 }],
        [85, 1],
      ],
      ['84+1: 0 to 86', '85+1: 1'],
    ],
    [
      'reach from a scale up to its value',
      [
        [84, 2, { scale: 1 }],
        [80, 1],
      ],
      ['84+2: 0', '80+1: 1 to 86'],
    ],
    [
      'reach to the farthest',
      [
        [1, 1, { scale: 2 }],
        [9, 2, { scale: 2 }],
        [5, 1],
      ],
      ['1+1: 0 to 6', '9+2: 1', '5+1: 2 to 11'],
    ],
    [
      'reach as far as one that shares them',
      [
        [1, 1],
        [1, 1, { scale: 2 }],
        [7, 1],
      ],
      ['1+1: 0 1 to 8', '7+1: 2'],
    ],
    [
      'do not reach to where they are, to another unit or area',
      [
        [1, 4, { scale: 1 }],
        [2, 1],
        [1, 1, { unit: 2, scale: 1 }],
        [1, 1, { area: 'input', scale: 1 }],
      ],
      ['1+4: 0', '2+1: 1', 'unit 2 1+1: 2', 'input 1+1: 3'],
    ],
  ]
  for (const [what, places, list] of rows) it(what, () => assert.deepEqual(items(...places), list))
})
