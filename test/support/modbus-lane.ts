// A lane with a simulated Modbus device.

import { isLine, type ModbusTransport } from '../../simulators/modbus/framing'
import type { Area } from '../../simulators/modbus/memory'
import { ModbusDevice } from '../../simulators/modbus/modbus-device'
import { FaultLane } from './fault-lane'
import { SerialPair } from './serial-pair'
import { Telltale, type TelltaleConstant, type TelltaleNumber } from './telltale'

type Block = { tag: string; address: string; unit: number; area: Area; at: number }

/** Far apart, and two of them alike but for their unit, or their function. All are answered by frames of one length. */
const BLOCKS: readonly Block[] = [
  { tag: 'north', address: 'hr0', unit: 1, area: 'holding', at: 0 },
  { tag: 'south', address: 'hr200', unit: 1, area: 'holding', at: 200 },
  { tag: 'below', address: 'ir0', unit: 1, area: 'input', at: 0 },
  { tag: 'beside', address: 'hr0', unit: 2, area: 'holding', at: 0 },
]
const BITS: readonly TelltaleConstant[] = [
  { tag: { name: 'ready', address: 'coil0', type: 'bool' }, value: true },
  { tag: { name: 'shut', address: 'coil5000', type: 'bool' }, value: false },
]

/** Those of the unit that tests single out. */
export const UNIT_2_TAGS = BLOCKS.filter(({ unit }) => unit === 2).map(({ tag }) => tag)

/** A serial line skips the suite where there is no socat. */
export async function modbusLane(name: string, transport: ModbusTransport, context: Mocha.Context): Promise<FaultLane> {
  const line = isLine(transport) ? await SerialPair.open(context) : undefined
  const device = await ModbusDevice.start({ engine: 'jsmodbus', transport, serialPort: line?.device })
  device.memory.set('coil', 0, 1)
  const numbers = BLOCKS.map(({ tag, address, unit, area, at }): TelltaleNumber => {
    const memory = unit === 1 ? device.memory : device.unit(unit)
    return {
      tag: { name: tag, address, type: 'uint32', unitId: unit === 1 ? '' : `${unit}` },
      place: (wave) => memory.place({ area, address: at, type: 'uint32', wave }),
    }
  })
  const properties = { transport, serialPort: line?.reader ?? '' }
  return new FaultLane(name, { device, line, telltale: await Telltale.begin(numbers, BITS), properties })
}
