// The columns of a tag table: which are always shown, and how wide each is.

import type { ListField } from '../lib/contract/fields'

/** The least width, px, and the share of the room that is left. */
type Width = { px: number; share?: number }
/** A column that is not named here is narrow. */
const WIDTHS: Record<string, Width> = {
  handle: { px: 34 },
  name: { px: 120, share: 2 },
  address: { px: 92, share: 1 },
  reads: { px: 148, share: 1.4 },
  type: { px: 84 },
  order: { px: 100 },
  unit: { px: 54 },
  deadband: { px: 68 },
  noValue: { px: 110 },
  scaleFrom: { px: 110 },
  texts: { px: 150 },
  charset: { px: 84 },
  actions: { px: 60 },
}
const NARROW: Width = { px: 60 }
/** Where the device knows the types, its addresses are names. */
const NAME_AS_ADDRESS: Width = { px: 170, share: 5 }
const GAP_PX = 3
/** Always shown where the protocol has them; all others are chosen in a menu. */
const MAIN_COLUMNS = ['name', 'address', 'type', 'order', 'scale', 'offset', 'unit', 'deadband']

/** The columns that are not needed every day. */
export function extraColumns(list: ListField): string[] {
  return Object.keys(list.item).filter((column) => !MAIN_COLUMNS.includes(column))
}

/** Header and rows are grids of their own, so every width is given and none depends on what is in a row. */
export function gridOf(shown: readonly string[]): { columns: string; widthPx: number } {
  const columns = [
    'handle',
    ...shown.flatMap((column) => (column === 'address' ? [column, 'reads'] : column)),
    'actions',
  ]
  const widthOf = (column: string): Width =>
    column === 'address' && !columns.includes('type') ? NAME_AS_ADDRESS : (WIDTHS[column] ?? NARROW)
  const widths = columns.map(widthOf)
  return {
    columns: widths.map(({ px, share }) => (share === undefined ? `${px}px` : `minmax(${px}px, ${share}fr)`)).join(' '),
    widthPx: widths.reduce((sum, { px }) => sum + px + GAP_PX, 0),
  }
}
