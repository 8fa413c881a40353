// A simulated Modbus TCP device in a process of its own:
//   node dist/simulators/modbus/main.js --port 0 [--host 127.0.0.1] [--engine modbus-serial|jsmodbus]
// One JSON line on stdout tells its port when it is ready. Then each line on stdin is a command (commands.ts).

import { parseArgs } from 'node:util'
import { messageOf } from '../../lib/contract/fault'
import { asNumber, asOneOf } from '../../lib/contract/parse'
import { obeyLines } from '../process/command-lines'
import { type DeviceCommand, parseDeviceCommand, runDeviceCommand } from './commands'
import { ENGINES } from './engines/engine'
import { ModbusDevice } from './modbus-device'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, host: { type: 'string' }, engine: { type: 'string' } },
  })
  const port = asNumber(Number(values.port), 0, 65_535)
  const engine = asOneOf(values.engine ?? 'modbus-serial', ENGINES)
  if (port === undefined) throw new Error(`--port ${values.port} is not a port`)
  if (engine === undefined) throw new Error(`--engine ${values.engine} is not one of ${ENGINES.join(', ')}`)
  const device = await ModbusDevice.start({ host: values.host, port, engine })
  const run = (command: DeviceCommand) => runDeviceCommand(device, command)
  await obeyLines({ port: device.port }, { parse: parseDeviceCommand, run })
  await device.close()
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
