// The functions that read, by their codes (Modbus application protocol 1.1b3, 6.1 to 6.4).

import type { Area } from './memory'

export const READ_AREAS: readonly (Area | undefined)[] = [undefined, 'coil', 'discrete', 'holding', 'input']
