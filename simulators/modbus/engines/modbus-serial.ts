// modbus-serial's ServerTCP in front of a device's units.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { type IServiceVector, ServerTCP } from 'modbus-serial'
import type { Area } from '../memory'
import type { Units } from '../units'
import type { Engine } from './engine'

export async function startModbusSerial(units: Units, host: string): Promise<Engine> {
  for (let attempt = 1; ; attempt++) {
    // It takes port 0 for 502, so a free one has to be found first; another program may be quicker to take it.
    const port = await freePort(host)
    try {
      return await listen(units, host, port)
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

function listen(units: Units, host: string, port: number): Promise<Engine> {
  const server = new ServerTCP(serviceOf(units), { host, port, unitID: 255 })
  // A client that vanishes is no news here, and a frame it cannot parse is answered by silence.
  server.on('socketError', () => {})
  server.on('error', () => {})
  return new Promise((resolve, reject) => {
    server.on('serverError', reject)
    server.on('initialized', () => resolve({ port, close: () => new Promise((done) => server.close(() => done())) }))
  })
}

function serviceOf(units: Units): IServiceVector {
  const one = (area: Area) => (address: number, unit: number) => many(area)(address, 1, unit)[0] ?? 0
  const many = (area: Area) => (address: number, count: number, unit: number) =>
    units.memoryOf(unit).read(area, address, count)
  return {
    // Bits it asks for one by one.
    getCoil: (address: number, unit: number) => one('coil')(address, unit) === 1,
    getDiscreteInput: (address: number, unit: number) => one('discrete')(address, unit) === 1,
    getInputRegister: one('input'),
    getHoldingRegister: one('holding'),
    getMultipleInputRegisters: many('input'),
    getMultipleHoldingRegisters: many('holding'),
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
