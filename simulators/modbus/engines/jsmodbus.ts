// jsmodbus's TCP server in front of a device's units.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import {
  type ModbusAbstractRequest,
  ModbusTCPRequest,
  ModbusTCPResponse,
  ModbusTCPServer,
  requests,
  responses,
} from 'jsmodbus'
import { type Area, ModbusException } from '../memory'
import type { Units } from '../units'
import type { Engine } from './engine'

export async function startJsmodbus(units: Units, host: string): Promise<Engine> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  // Without buffers of its own it asks its listeners.
  const server = new ModbusTCPServer(listener, {
    coils: undefined,
    discrete: undefined,
    holding: undefined,
    input: undefined,
  })
  server.on('readCoils', (request, reply) => reply(answer(units, 'coil', request)))
  server.on('readDiscreteInputs', (request, reply) => reply(answer(units, 'discrete', request)))
  server.on('readHoldingRegisters', (request, reply) => reply(answer(units, 'holding', request)))
  server.on('readInputRegisters', (request, reply) => reply(answer(units, 'input', request)))
  listener.listen(0, host)
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return {
    port: address.port,
    async close() {
      if (!listener.listening) return
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
}

function answer(units: Units, area: Area, request: ModbusAbstractRequest): Buffer {
  if (!(request instanceof ModbusTCPRequest)) throw new TypeError('not a Modbus TCP request')
  return ModbusTCPResponse.fromRequest(request, bodyOf(units, area, request)).createPayload()
}

function bodyOf(units: Units, area: Area, { body, unitId }: ModbusTCPRequest) {
  const memory = units.memoryOf(unitId)
  try {
    if (requests.isReadCoilsRequestBody(body)) {
      return new responses.ReadCoilsResponseBody(
        packBits(memory.read(area, body.start, body.count)),
        Math.ceil(body.count / 8),
      )
    }
    if (requests.isReadDiscreteInputsRequestBody(body)) {
      return new responses.ReadDiscreteInputsResponseBody(
        packBits(memory.read(area, body.start, body.count)),
        Math.ceil(body.count / 8),
      )
    }
    if (requests.isReadHoldingRegistersRequestBody(body)) {
      return new responses.ReadHoldingRegistersResponseBody(body.count * 2, memory.read(area, body.start, body.count))
    }
    if (requests.isReadInputRegistersRequestBody(body)) {
      return new responses.ReadInputRegistersResponseBody(body.count * 2, memory.read(area, body.start, body.count))
    }
    throw new ModbusException(1)
  } catch (error) {
    if (error instanceof ModbusException) return new responses.ExceptionResponseBody(body.fc, error.modbusErrorCode)
    throw error
  }
}

/** First value in the lowest bit (Modbus application protocol 1.1b3, 6.1). */
function packBits(bits: number[]): Buffer {
  const packed = Buffer.alloc(Math.ceil(bits.length / 8))
  bits.forEach((bit, index) => {
    const at = index >> 3
    packed[at] = (packed[at] ?? 0) | (bit << (index & 7))
  })
  return packed
}
