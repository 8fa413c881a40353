// A process that writes numbered values of its own tag. argv: path, tag. Tells its parent {accepted: number} once they are
// accepted, and {later: reason} when they are not.

import { HistorySink } from '../../../../lib/historian/history/history-sink'
import { never, seconds, T0 } from './scratch'

const [path = '', tag = ''] = process.argv.slice(2)
const sink = new HistorySink({ path, setAside: (text) => process.send?.({ told: text }) })
let accepted = 0

async function turn(): Promise<void> {
  const verdict = await sink.write(seconds(50, tag, T0 + accepted * 1000).map(numbered), never)
  if (verdict.kind === 'accepted') {
    accepted += 50
    process.send?.({ accepted })
  } else process.send?.({ later: JSON.stringify(verdict) })
  setImmediate(() => void turn())
}

function numbered(reading: ReturnType<typeof seconds>[number]) {
  return { ...reading, fields: reading.fields.map((field) => ({ ...field, value: (reading.time - T0) / 1000 })) }
}

process.once('disconnect', () => process.exit())
void turn()
