// Kills without end, with recounts: several gateways with the packed package beside each other, since a recount waits for the claims of
// killed historians most of its time.

import { type Kills, KillTrial, type Recount } from '../../test/support/kill-trial'
import { installTarball, packPackage } from '../../test/support/packed-package'
import { markdownTable } from '../measure/table'

export type KillPlan = { kills: number; recountEvery: number; gateways: number; seed: number }
export type KillResult = {
  seed: number
  kills: Kills
  recounts: number
  last: Recount | undefined
  failure: string | undefined
}

export async function tryKills(plan: KillPlan, tell: (text: string) => void): Promise<KillResult[]> {
  const tarball = packPackage()
  try {
    const install = (userDir: string): void => installTarball(tarball.path, userDir)
    const seeds = Array.from({ length: plan.gateways }, (_, index) => plan.seed + index)
    return await Promise.all(seeds.map((seed) => tryGateway(seed, plan, install, tell)))
  } finally {
    tarball.remove()
  }
}

/** Ends at the first recount that does not come out. */
async function tryGateway(
  seed: number,
  { kills, recountEvery, gateways }: KillPlan,
  install: (userDir: string) => void,
  tell: (text: string) => void,
): Promise<KillResult> {
  const trial = await KillTrial.start({ seed, install })
  const result: KillResult = { seed, kills: trial.kills, recounts: 0, last: undefined, failure: undefined }
  try {
    for (let done = 0; done < kills / gateways; done += recountEvery) {
      await trial.kill(recountEvery)
      result.last = await trial.recount()
      result.recounts++
      tell(`seed ${seed}: ${JSON.stringify(trial.kills)} ${JSON.stringify(result.last)}`)
    }
  } catch (error) {
    result.failure = `${error}\n${trial.output.slice(-2000)}`
    tell(`seed ${seed}: ${result.failure}`)
  } finally {
    await trial.dispose()
  }
  return result
}

export function killReport(results: readonly KillResult[]): string {
  const header = [
    'seed',
    'readers',
    'historians',
    'Node-RED',
    'all at once',
    'recounts',
    'given',
    'in the flow',
    'sent',
    'stored',
  ]
  const rows = results.map(({ seed, kills, recounts, last }) => {
    const { given = 0, seen = 0, sent = 0, stored = 0 } = last ?? {}
    return [seed, kills.collector, kills.historian, kills['Node-RED'], kills.all, recounts, given, seen, sent, stored]
  })
  const sums = header.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0).toString())
  const failures = results.flatMap(({ seed, failure }) => (failure === undefined ? [] : [`seed ${seed}: ${failure}`]))
  const table = markdownTable(header, [...rows.map((row) => row.map(String)), ['sum', ...sums.slice(1)]])
  return [table, ...failures].join('\n\n')
}
