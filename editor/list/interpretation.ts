// A list with headers, as a spreadsheet puts it into the clipboard -> cells of the tag table. What is not understood stays as it is
// written, for the table to mark: nothing is guessed. Pure.

import type { ListedPlace } from '../../lib/contract/listed-place'
import type { Cells } from '../tag'
import { isHeaderRow, type Role, rolesOf } from './headers'
import { scaleOf, scaleOfDivisor } from './scales'
import { typeNamed } from './type-names'

/** The address as the table has it, or as it is written. */
export type PlaceReader = (place: ListedPlace) => string

/** For a protocol whose addresses have one form. */
export const plainPlace: PlaceReader = ({ plcAddress, address, hexAddress }) => plcAddress || address || hexAddress

/** Which roles fill a column of the table, where the list has one of them. */
const FILLED_BY: Readonly<Record<string, readonly Role[]>> = {
  name: ['name'],
  address: ['address', 'hex address', 'modbus address', 'plc address'],
  type: ['type'],
  order: ['order', 'type'],
  length: ['type'],
  scale: ['scale', 'divisor'],
  offset: ['offset'],
  unit: ['unit'],
  unitId: ['unitId'],
}

/**
 * One entry a row, of the columns that the list has; undefined for rows without headers that are known. `standard`: all columns of the
 * table, with what an empty cell of a list means.
 */
export function interpretList(
  [headers = [], ...rows]: readonly string[][],
  standard: Cells,
  readPlace: PlaceReader,
): Cells[] | undefined {
  const columns = Object.keys(standard)
  const own = headers.map((header) => columns.find((column) => column.toLowerCase() === header.toLowerCase()))
  const roles = rolesOf(headers)
  const isKnown = (index: number): boolean =>
    own[index] !== undefined || roles[index] === 'comment' || headers[index] === ''
  const isOwn = own.filter((column) => column !== undefined).length > 1 && headers.every((_, index) => isKnown(index))
  if (!isOwn && !isHeaderRow(headers)) return undefined
  const filled = columns.filter((column) => FILLED_BY[column]?.some((role) => roles.includes(role)))
  return rows.map((row) => {
    const named = own.flatMap((column, index): [string, string][] => (column ? [[column, row[index] ?? '']] : []))
    const meant = meaningOf((role) => row[roles.indexOf(role)]?.trim() ?? '', readPlace)
    const cells: Cells = { ...Object.fromEntries(named) }
    for (const column of filled)
      if (!isOwn || column in cells) cells[column] = meant[column] || (standard[column] ?? '')
    // A list of ours says how many elements, a vendor's how many registers.
    return isOwn ? { ...cells, ...Object.fromEntries(named.filter(([column]) => column === 'length')) } : cells
  })
}

function meaningOf(cell: (role: Role) => string, readPlace: PlaceReader): Cells {
  const count = countIn(cell('count'))
  const type = typeNamed(cell('type'), count)
  const place: ListedPlace = {
    address: cell('address'),
    hexAddress: cell('hex address'),
    modbusAddress: cell('modbus address'),
    plcAddress: cell('plc address'),
    area: cell('area'),
  }
  return {
    name: cell('name'),
    address: readPlace(place),
    type: type?.type ?? cell('type'),
    order: cell('order') || (type?.order ?? ''),
    length: type?.length === undefined ? '' : String(type.length),
    scale: scaleIn(cell('scale'), cell('divisor')),
    offset: cell('offset').replace(',', '.'),
    unit: cell('unit'),
    unitId: cell('unitId'),
  }
}

function countIn(text: string): number | undefined {
  return /^[1-9]\d{0,2}$/.test(text) ? Number(text) : undefined
}

/** A number that the table takes stays as it is written. */
function scaleIn(scale: string, divisor: string): string {
  if (divisor !== '') return scaleOfDivisor(divisor) ?? divisor
  return Number.isFinite(Number(scale)) ? scale : (scaleOf(scale) ?? scale)
}
