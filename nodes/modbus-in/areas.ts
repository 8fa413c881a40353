// The areas that requests are planned in: those of the device, apart by how many registers one address holds.

import type { Area } from './addresses'

/** `holding*2`: holding registers of a device that answers two registers for each address. */
export type WideArea = `${'input' | 'holding'}*${2 | 3 | 4}`
export type ReadArea = Area | WideArea

/** `width` registers at each address; bits have none. */
export function readAreaOf(area: Area, width: number): ReadArea {
  if ((area !== 'input' && area !== 'holding') || (width !== 2 && width !== 3 && width !== 4)) return area
  return `${area}*${width}`
}

export function placeOf(readArea: ReadArea): { area: Area; width: number } {
  switch (readArea) {
    case 'coil':
    case 'discrete':
    case 'input':
    case 'holding':
      return { area: readArea, width: 1 }
    default:
      return { area: readArea.startsWith('input') ? 'input' : 'holding', width: Number(readArea.slice(-1)) }
  }
}
