// modbus-serial's ServerTCP in front of a device's memory.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { type IServiceVector, ServerTCP } from 'modbus-serial'
import type { Area, DeviceMemory } from '../memory'
import type { Engine } from './engine'

export async function startModbusSerial(memory: DeviceMemory, host: string): Promise<Engine> {
  for (let attempt = 1; ; attempt++) {
    // It takes port 0 for 502, so a free one has to be found first; another program may be quicker to take it.
    const port = await freePort(host)
    try {
      return await listen(memory, host, port)
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

function listen(memory: DeviceMemory, host: string, port: number): Promise<Engine> {
  const server = new ServerTCP(serviceOf(memory), { host, port, unitID: 255 })
  // A client that vanishes is no news here, and a frame it cannot parse is answered by silence.
  server.on('socketError', () => {})
  server.on('error', () => {})
  return new Promise((resolve, reject) => {
    server.on('serverError', reject)
    server.on('initialized', () => resolve({ port, close: () => new Promise((done) => server.close(() => done())) }))
  })
}

function serviceOf(memory: DeviceMemory): IServiceVector {
  const one = (area: Area) => (address: number) => memory.read(area, address, 1)[0] ?? 0
  const many = (area: Area) => (address: number, count: number) => memory.read(area, address, count)
  return {
    getCoil: (address: number) => one('coil')(address) === 1,
    getDiscreteInput: (address: number) => one('discrete')(address) === 1,
    getInputRegister: (address: number) => one('input')(address),
    getHoldingRegister: (address: number) => one('holding')(address),
    getMultipleInputRegisters: (address: number, count: number) => many('input')(address, count),
    getMultipleHoldingRegisters: (address: number, count: number) => many('holding')(address, count),
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}
