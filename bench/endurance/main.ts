// `npm run endurance -- growth | soak | kills`: what takes too long for the tests. Prints tables; docs/endurance.md tells what came of it.

import { parseArgs } from 'node:util'
import { growthReport, measureGrowth } from './growth'
import { killReport, tryKills } from './kills'
import { soak, soakReport } from './soak'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '30' },
    interval: { type: 'string', default: '10' },
    tags: { type: 'string', default: '100' },
    kills: { type: 'string', default: '1000' },
    'recount-every': { type: 'string', default: '5' },
    gateways: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '5' },
    snapshots: { type: 'boolean', default: false },
  },
})
const startedAt = performance.now()

function tell(text: string): void {
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}\n`)
}

async function main(): Promise<void> {
  const { minutes, interval, tags, snapshots, kills, gateways, seed, 'recount-every': recountEvery } = values
  switch (positionals[0]) {
    case 'growth': {
      const plan = { minutes: Number(minutes), intervalMs: Number(interval), tags: Number(tags), snapshots }
      process.stdout.write(`${growthReport(await measureGrowth(plan, tell))}\n`)
      return
    }
    case 'soak': {
      const plan = { minutes: Number(minutes), warmUpMinutes: Number(values['warm-up']), seed: Number(seed) }
      process.stdout.write(`${soakReport(await soak(plan, tell))}\n`)
      return
    }
    case 'kills': {
      const plan = { kills: Number(kills), recountEvery: Number(recountEvery), gateways: Number(gateways), seed: Number(seed) }
      const results = await tryKills(plan, tell)
      process.stdout.write(`${killReport(results)}\n`)
      if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1
      return
    }
    default:
      throw new Error('say what to measure: growth, soak or kills')
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
