// Runs where /dev/shm cannot be written. Prints what becomes of a history there as JSON.

import { toFault } from '../../../../lib/contract/fault'
import { HistoryFile } from '../../../../lib/historian/history/history-file'
import { HistorySink } from '../../../../lib/historian/history/history-sink'
import { never, seconds } from './scratch'

const path = '/dev/shm/history.db'

async function main(): Promise<void> {
  const sink = new HistorySink({ path, setAside: () => undefined })
  const verdict = await sink.write(seconds(1), never)
  sink.close()
  try {
    HistoryFile.open(path).close()
  } catch (thrown) {
    const { kind, code } = toFault(thrown)
    process.stdout.write(JSON.stringify({ verdict, kind, code }))
  }
}

void main()
