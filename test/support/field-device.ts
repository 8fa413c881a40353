// A simulated device with behaviours and a memory of its own, without an engine: light enough for many at a time.

import { SerialDoor } from '../../simulators/faults/doors/serial-door'
import { TcpDoor } from '../../simulators/faults/doors/tcp-door'
import { UdpDoor } from '../../simulators/faults/doors/udp-door'
import { FaultProxy } from '../../simulators/faults/fault-proxy'
import type { Backend } from '../../simulators/faults/passage'
import type { Behaviour } from '../../simulators/modbus/behaviours/behaviour'
import { Natures } from '../../simulators/modbus/behaviours/natures'
import { framingOf, isLine, type ModbusTransport } from '../../simulators/modbus/framing'
import { mbapFrame, transactionOf, unitAndPduOf } from '../../simulators/modbus/mbap-frame'
import { isBits } from '../../simulators/modbus/memory'
import { READ_AREAS } from '../../simulators/modbus/read-areas'
import type { FieldMemory } from './field-memory'

export type FieldDeviceOptions = {
  transport: ModbusTransport
  behaviours: readonly Behaviour[]
  memory: FieldMemory
  /** From [0, 1). */
  chance(): number
  /** The device's end of the line, of a serial transport. */
  serialPort?: string
}

const RETURN_QUERY_DATA = 8

export function startFieldDevice({
  transport,
  behaviours,
  memory,
  chance,
  serialPort = '',
}: FieldDeviceOptions): Promise<FaultProxy> {
  const startedMs = performance.now()
  const now = () => performance.now() - startedMs
  const natures = new Natures(behaviours, { now, chance })
  const { before, ...framing } = framingOf(transport, now)
  const place = { host: '127.0.0.1', port: 0 }
  return FaultProxy.start({
    ...framing,
    door: (welcome) => {
      if (isLine(transport)) return new SerialDoor({ path: serialPort, baudRate: 115_200 }, welcome)
      return transport === 'udp' ? new UdpDoor(place, welcome) : new TcpDoor(place, welcome)
    },
    backend: () => before(natures.before(backendOf(memory))),
    character: () => natures.character,
    manners: natures.manners,
    now,
  })
}

function backendOf(memory: FieldMemory): Backend {
  return {
    async ask(request) {
      const asked = unitAndPduOf(request)
      if (asked.readUInt8(1) === RETURN_QUERY_DATA) return request
      return mbapFrame(transactionOf(request), Buffer.concat([asked.subarray(0, 2), dataOf(memory, asked)]))
    },
    close: () => {},
  }
}

/** Byte count and data. */
function dataOf(memory: FieldMemory, asked: Buffer): Buffer {
  const area = READ_AREAS[asked.readUInt8(1)]
  if (!area) throw new RangeError(`function ${asked.readUInt8(1)} does not read`)
  const count = asked.readUInt16BE(4)
  const words = memory.read({ unit: asked.readUInt8(0), area, address: asked.readUInt16BE(2), count })
  const data = Buffer.alloc(isBits(area) ? Math.ceil(count / 8) : 2 * count)
  words.forEach((word, at) => {
    if (isBits(area)) data[at >> 3] = (data[at >> 3] ?? 0) | (word << (at & 7))
    else data.writeUInt16BE(word, 2 * at)
  })
  return Buffer.concat([Buffer.of(data.length), data])
}
