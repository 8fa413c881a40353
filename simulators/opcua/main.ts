// A simulated OPC UA device in a process of its own:
//   node dist/simulators/opcua/main.js [--port 0] [--host 127.0.0.1] [--many 10000] [--clock-offset-ms 0] [--settings '{...}'] [--places '[...]']
// The settings are those of device-settings.ts, the places (variables besides the usual ones) those of plant.ts, in JSON.
// It tells its port when it is ready, and takes commands (commands.ts) until stdin is closed: see serve.ts.

import { parseArgs } from 'node:util'
import { asNumber, parseJson } from '../../lib/contract/parse'
import { listOf } from '../process/list'
import { runMain, serveCommands } from '../process/serve'
import { shiftClock } from './clock-shift'
import { parseDeviceCommand, runDeviceCommand } from './commands'
import { parseSettingsChange } from './device-settings'
import { OpcuaDevice } from './opcua-device'
import { parsePlace } from './plant'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string' },
      many: { type: 'string', default: '10000' },
      'clock-offset-ms': { type: 'string', default: '0' },
      settings: { type: 'string', default: '{}' },
      places: { type: 'string', default: '[]' },
    },
  })
  const port = asNumber(Number(values.port), 0, 65_535)
  const many = asNumber(Number(values.many), 0, 1_000_000)
  const clockOffsetMs = asNumber(Number(values['clock-offset-ms']))
  const settings = parseSettingsChange(parseJson(Buffer.from(values.settings)))
  const places = listOf(parseJson(Buffer.from(values.places)), parsePlace)
  if (port === undefined) throw new Error(`--port ${values.port} is not a port`)
  if (many === undefined) throw new Error(`--many ${values.many} is not a number of variables`)
  if (clockOffsetMs === undefined) throw new Error(`--clock-offset-ms ${values['clock-offset-ms']} is not a time`)
  if (!places) throw new Error(`--places ${values.places} are no places`)
  if (!settings) throw new Error(`--settings ${values.settings} are no settings`)
  if (clockOffsetMs !== 0) shiftClock(clockOffsetMs)
  const device = await OpcuaDevice.start({ ...settings, host: values.host, port, many, places })
  await serveCommands({ port: device.port }, (input) => {
    const command = parseDeviceCommand(input)
    return command && runDeviceCommand(device, command)
  })
  await device.close()
}

runMain(main)
