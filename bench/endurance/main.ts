// `npm run endurance -- growth | compare | soak | kills`: what takes too long for the tests. Prints tables; docs/endurance.md tells what
// came of it.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { asCount } from '../../lib/contract/parse'
import { measureGrowth } from './growth'
import { growthReport } from './growth-report'
import { growthOf } from './heap-snapshot'
import { killReport, tryKills } from './kills'
import { soak } from './soak'
import { soakReport } from './soak-report'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '30' },
    interval: { type: 'string', default: '10' },
    tags: { type: 'string', default: '100' },
    'reset-every': { type: 'string', default: '0' },
    kills: { type: 'string', default: '1000' },
    'recount-every': { type: 'string', default: '5' },
    gateways: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '5' },
    snapshots: { type: 'boolean', default: false },
  },
})
const KINDS_SHOWN = 20
const startedAt = performance.now()

function tell(text: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}\n`)
}

/** A whole number that was given on the command line, or stands there by default. */
function count(name: keyof typeof values): number {
  const number = asCount(Number(values[name]))
  if (number === undefined) throw new Error(`--${name} is a whole number`)
  return number
}

async function main(): Promise<void> {
  const [what, ...files] = positionals
  switch (what) {
    case 'growth': {
      const { snapshots } = values
      const plan = { minutes: count('minutes'), intervalMs: count('interval'), tags: count('tags'), snapshots }
      const grown = await measureGrowth({ ...plan, resetEveryMs: count('reset-every') }, tell)
      process.stdout.write(`${growthReport(grown)}\n`)
      return
    }
    case 'compare': {
      const [before, after] = files.map((path): unknown => JSON.parse(readFileSync(path, 'utf8')))
      const rows = growthOf(before, after).slice(0, KINDS_SHOWN)
      process.stdout.write(rows.map(({ name, count, bytes }) => `${bytes} bytes, ${count} of ${name}\n`).join(''))
      return
    }
    case 'soak': {
      const plan = { minutes: count('minutes'), warmUpMinutes: count('warm-up'), seed: count('seed') }
      process.stdout.write(`${soakReport(await soak(plan, tell))}\n`)
      return
    }
    case 'kills': {
      const plan = { kills: count('kills'), recountEvery: count('recount-every'), gateways: count('gateways') }
      const results = await tryKills({ ...plan, seed: count('seed') }, tell)
      process.stdout.write(`${killReport(results)}\n`)
      if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1
      return
    }
    default:
      throw new Error('say what to do: growth, compare, soak or kills')
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
