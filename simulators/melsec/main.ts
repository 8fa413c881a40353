// A simulated Mitsubishi PLC in a process of its own:
//   node dist/simulators/melsec/main.js --series q|l|iqr|fx5|fx3|a [--endpoint builtin|module] [--host 127.0.0.1]
//     [--port tcp:binary:0] [--port udp:ascii:5001:3E,4E] ...
// each port with its transport, encoding, number and frames (if absent all that the series understands).
// It tells its ports when it is ready, and takes commands (commands.ts) until stdin is closed: see serve.ts.

import { parseArgs } from 'node:util'
import { asNumber, asOneOf } from '../../lib/contract/parse'
import { listOf } from '../process/list'
import { runMain, serveCommands } from '../process/serve'
import { parsePlcCommand, runPlcCommand } from './commands'
import { MelsecDevice, type PortOptions, TRANSPORTS } from './melsec-device'
import { ENCODINGS, ENDPOINTS, FRAMES, SERIES } from './series'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      series: { type: 'string', default: 'q' },
      endpoint: { type: 'string', default: 'builtin' },
      host: { type: 'string' },
      port: { type: 'string', multiple: true, default: ['tcp:binary:0'] },
    },
  })
  const series = asOneOf(values.series, SERIES)
  const endpoint = asOneOf(values.endpoint, ENDPOINTS)
  if (!series) throw new Error(`--series ${values.series} is not one of ${SERIES.join(', ')}`)
  if (!endpoint) throw new Error(`--endpoint ${values.endpoint} is not one of ${ENDPOINTS.join(', ')}`)
  const { host } = values
  const ports = values.port.map((port) => ({ ...portOf(port), ...(host !== undefined && { host }) }))
  const plc = await MelsecDevice.start({ series, endpoint, ports })
  await serveCommands({ ports: plc.ports.map(({ port }) => port) }, (input) => {
    const command = parsePlcCommand(input)
    return command && runPlcCommand(plc, command)
  })
  await plc.close()
}

function portOf(text: string): PortOptions {
  const [transportText, encodingText, number, framesText] = text.split(':')
  const transport = asOneOf(transportText, TRANSPORTS)
  const encoding = asOneOf(encodingText, ENCODINGS)
  const port = asNumber(Number(number), 0, 65_535)
  const frames = framesText === undefined ? [] : listOf(framesText.split(','), (frame) => asOneOf(frame, FRAMES))
  if (!transport || !encoding || port === undefined || !frames) throw new Error(`--port ${text} is no port of a PLC`)
  return { transport, encoding, port, ...(frames.length > 0 && { frames }) }
}

runMain(main)
