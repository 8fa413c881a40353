// The simulated device in every transport, read by modbus-serial's client, which knows nothing of it.

import assert from 'node:assert/strict'
import ModbusRTU from 'modbus-serial'
import { ENGINES } from '../../../simulators/modbus/engines/engines'
import { isLine, MODBUS_TRANSPORTS, type ModbusTransport } from '../../../simulators/modbus/framing'
import { allOf } from '../../../simulators/modbus/memory'
import { ModbusDevice } from '../../../simulators/modbus/modbus-device'
import { SerialPair } from '../../support/serial-pair'
import { until } from '../../support/until'

const HOST = '127.0.0.1'

/** modbus-serial speaks ASCII on a serial line only. */
const transports = MODBUS_TRANSPORTS.filter((transport) => transport !== 'ascii-over-tcp')

for (const transport of transports) {
  for (const engine of ENGINES) {
    describe(`A simulated Modbus device over ${transport} (${engine}), read by modbus-serial,`, () => {
      let pair: SerialPair | undefined
      let device: ModbusDevice
      let modbus: ModbusRTU
      beforeEach(async function () {
        // A new line each time: a port that was just closed may still be locked.
        pair = isLine(transport) ? await SerialPair.open(this) : undefined
        device = await ModbusDevice.start({ transport, engine, serialPort: pair?.device })
        modbus = new ModbusRTU()
        await connect(modbus, transport, device, pair)
        modbus.setTimeout(3000)
        modbus.setID(1)
      })
      afterEach(async () => {
        await new Promise<void>((resolve) => modbus.close(() => resolve()))
        await device.close()
        await pair?.dispose()
      })

      it('gives all four areas', async () => {
        const { memory } = device
        memory.set('holding', 100, 1, 2, 65_535)
        memory.set('input', 100, 4, 5)
        memory.set('coil', 100, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1)
        memory.set('discrete', 100, 0, 1)
        assert.deepEqual((await modbus.readHoldingRegisters(100, 3)).data, [1, 2, 65_535])
        assert.deepEqual((await modbus.readHoldingRegisters(101, 1)).data, [2])
        assert.deepEqual((await modbus.readInputRegisters(100, 2)).data, [4, 5])
        const coils = (await modbus.readCoils(100, 10)).data.slice(0, 10)
        assert.deepEqual(coils.map(Number), [1, 0, 1, 0, 0, 0, 0, 0, 1, 1])
        assert.deepEqual((await modbus.readDiscreteInputs(100, 2)).data.slice(0, 2), [false, true])
        assert.equal((await modbus.readHoldingRegisters(0, 125)).data.length, 125)
        assert.equal((await modbus.readCoils(0, 2000)).data.length, 2000)
        assert.equal(device.requests, 7)
        assert.equal(device.clients, 1)
      })

      it('counts a sequence once a read request, whatever its length', async () => {
        device.memory.place({ area: 'holding', address: 50, type: 'uint16', wave: { wave: 'sequence' } })
        const seen: (number | undefined)[] = []
        for (const count of [1, 2, 10, 1]) seen.push((await modbus.readHoldingRegisters(50, count)).data[0])
        assert.deepEqual(seen, [0, 1, 2, 3])
      })

      it('says no with the exception of the memory', async () => {
        const { memory } = device
        memory.limitTo('input', [{ address: 0, count: 10 }])
        memory.limitTo('discrete', [{ address: 0, count: 10 }])
        memory.refuse([
          { area: 'holding', address: 5, count: 1, code: 4 },
          { area: 'coil', address: 5, count: 1, code: 11 },
        ])
        memory.limitRegisters(20)
        memory.limitBits(30, 2)
        await assert.rejects(modbus.readHoldingRegisters(0, 10), { modbusCode: 4 })
        await assert.rejects(modbus.readHoldingRegisters(5, 1), { modbusCode: 4 })
        await assert.rejects(modbus.readHoldingRegisters(10, 21), { modbusCode: 3 })
        await assert.rejects(modbus.readInputRegisters(8, 3), { modbusCode: 2 })
        await assert.rejects(modbus.readCoils(0, 10), { modbusCode: 11 })
        await assert.rejects(modbus.readCoils(6, 31), { modbusCode: 2 })
        await assert.rejects(modbus.readDiscreteInputs(8, 3), { modbusCode: 2 })
        assert.deepEqual((await modbus.readInputRegisters(8, 2)).data, [0, 0])
        await assert.rejects(modbus.writeRegister(0, 1), { modbusCode: 1 })
      })

      it('is busy at first, then not', async () => {
        device.memory.busy({ requests: 2, code: 6, quietMs: 10_000 })
        await assert.rejects(modbus.readHoldingRegisters(0, 1), { modbusCode: 6 })
        await assert.rejects(modbus.readCoils(0, 5), { modbusCode: 6 })
        assert.equal((await modbus.readCoils(0, 5)).data.length, 8)
      })

      it('has units that hold something else, and one that the gateway does not reach', async () => {
        device.memory.set('holding', 0, 100)
        device.unit(2).set('holding', 0, 200)
        device.unit(3).refuse(allOf(['holding'], 11))
        modbus.setID(2)
        assert.deepEqual((await modbus.readHoldingRegisters(0, 1)).data, [200])
        modbus.setID(3)
        await assert.rejects(modbus.readHoldingRegisters(0, 1), { modbusCode: 11 })
        modbus.setID(4)
        assert.deepEqual((await modbus.readHoldingRegisters(0, 1)).data, [100])
      })

      it('has one unit that is dumb while the others answer', async () => {
        device.memory.set('holding', 0, 7)
        device.faults.set([{ kind: 'silent', unit: 2 }])
        modbus.setTimeout(50)
        modbus.setID(2)
        await assert.rejects(modbus.readHoldingRegisters(0, 1))
        modbus.setTimeout(3000)
        modbus.setID(1)
        assert.deepEqual((await modbus.readHoldingRegisters(0, 1)).data, [7])
      })
    })
  }
}

async function connect(
  modbus: ModbusRTU,
  transport: ModbusTransport,
  { port }: ModbusDevice,
  pair: SerialPair | undefined,
): Promise<void> {
  if (transport === 'tcp') return await modbus.connectTCP(HOST, { port })
  // What it calls TcpRTUBuffered puts an MBAP header in front: its Telnet is RTU over TCP.
  if (transport === 'rtu-over-tcp') return await modbus.connectTelnet(HOST, { port })
  if (transport === 'udp') {
    await modbus.connectUDP(HOST, { port })
    // It says so before its socket is bound.
    return await until(() => modbus.isOpen)
  }
  if (transport === 'ascii') return await modbus.connectAsciiSerial(pair?.reader ?? '', { baudRate: 9600 })
  return await modbus.connectRTUBuffered(pair?.reader ?? '', { baudRate: 9600 })
}
