// A simulated Modbus TCP device in a process of its own:
//   node dist/simulators/modbus/main.js --port 0 [--host 127.0.0.1] [--engine modbus-serial|jsmodbus]
// One JSON line on stdout tells its port when it is ready. Then each line on stdin is a command (commands.ts), answered
// by a line with the same `id`. It ends when stdin is closed.

import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { messageOf } from '../../lib/contract/fault'
import { asNumber, asOneOf, asRecord } from '../../lib/contract/parse'
import { parseDeviceCommand, runDeviceCommand } from './commands'
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
  say({ type: 'ready', port: device.port, pid: process.pid })
  for await (const line of createInterface({ input: process.stdin })) say(await answer(device, line))
  await device.close()
}

async function answer(device: ModbusDevice, line: string): Promise<object> {
  let id: unknown
  try {
    const input: unknown = JSON.parse(line)
    id = asRecord(input)?.id
    const command = parseDeviceCommand(input)
    if (!command) return { id, ok: false, error: 'not a command' }
    return { id, ok: true, ...(await runDeviceCommand(device, command)) }
  } catch (error) {
    return { id, ok: false, error: messageOf(error) }
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
