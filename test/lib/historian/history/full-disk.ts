// Runs where /dev/shm is a small file system of its own: writes until it is full, and again when there is room. Prints what
// happened as JSON.

import { mkdirSync } from 'node:fs'
import { readHistory } from '../../../../lib/historian/history/history-file'
import { HistorySink } from '../../../../lib/historian/history/history-sink'
import { queryHistory } from '../../../../lib/historian/history/query'
import { fill } from '../../../support/small-shared-memory'
import { never, query, seconds, T0 } from './scratch'

async function main(): Promise<void> {
  mkdirSync('/dev/shm/h')
  const told: string[] = []
  const sink = new HistorySink({ path: '/dev/shm/h/history.db', setAside: (text) => told.push(text) })
  const write = (from: number) => sink.write(seconds(500, 'a', T0 + from * 1000), never)
  const freeAtOnce = fill('/dev/shm')
  const fromStart = await write(0)
  freeAtOnce()
  const first = await write(0)
  const free = fill('/dev/shm')
  const whileFull: string[] = []
  let accepted = 500
  // what there is room for in the pages it has, is accepted
  for (let tries = 0; tries < 100 && whileFull.length < 3; tries++) {
    const verdict = await write(accepted)
    if (verdict.kind === 'accepted') accepted += 500
    else whileFull.push(verdict.kind === 'later' ? verdict.reason : verdict.kind)
  }
  const readable = readHistory('/dev/shm/h/history.db', (database) => queryHistory(database, query({ buckets: 1 })))
  free()
  const after = await write(accepted)
  const answer = readHistory('/dev/shm/h/history.db', (database) => queryHistory(database, query({ buckets: 1 })))
  const counts = [readable, answer].map(({ series }) =>
    series[0]?.points.map((point) => 'count' in point && point.count),
  )
  sink.close()
  process.stdout.write(JSON.stringify({ fromStart, first, whileFull, accepted, after, counts, told }))
}

void main()
