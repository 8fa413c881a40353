// A simulated Modbus device in a process of its own:
//   node dist/simulators/modbus/main.js [--transport tcp|rtu-over-tcp|udp|ascii-over-tcp] [--port 0] [--host 127.0.0.1]
//   node dist/simulators/modbus/main.js --transport rtu|ascii --serial-port /dev/ttyUSB0
// and with both [--engine modbus-serial|jsmodbus].
// It tells its port when it is ready, and takes commands (commands.ts) until stdin is closed: see serve.ts.

import { parseArgs } from 'node:util'
import { asNumber, asOneOf } from '../../lib/contract/parse'
import { runMain, serveCommands } from '../process/serve'
import { parseDeviceCommand, runDeviceCommand } from './commands'
import { ENGINES } from './engines/engines'
import { MODBUS_TRANSPORTS } from './framing'
import { ModbusDevice } from './modbus-device'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      transport: { type: 'string', default: 'tcp' },
      port: { type: 'string', default: '0' },
      host: { type: 'string' },
      'serial-port': { type: 'string' },
      engine: { type: 'string', default: 'modbus-serial' },
    },
  })
  const port = asNumber(Number(values.port), 0, 65_535)
  const engine = asOneOf(values.engine, ENGINES)
  const transport = asOneOf(values.transport, MODBUS_TRANSPORTS)
  if (port === undefined) throw new Error(`--port ${values.port} is not a port`)
  if (engine === undefined) throw new Error(`--engine ${values.engine} is not one of ${ENGINES.join(', ')}`)
  if (transport === undefined)
    throw new Error(`--transport ${values.transport} is not one of ${MODBUS_TRANSPORTS.join(', ')}`)
  const { host, 'serial-port': serialPort } = values
  const device = await ModbusDevice.start({ transport, host, port, serialPort, engine })
  await serveCommands({ port: device.port }, (input) => {
    const command = parseDeviceCommand(input)
    return command && runDeviceCommand(device, command)
  })
  await device.close()
}

runMain(main)
