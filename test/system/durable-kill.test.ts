// Two hundred times kill -9, at random moments, of collectors, historians and Node-RED, also while they recover: what the
// queue has acknowledged is in the history exactly once, and nothing is counted wrong. A thousand: `npm run endurance -- kills`.

import assert from 'node:assert/strict'
import { KillTrial } from '../support/kill-trial'

const KILLS = 200
const SEED = Number(process.env.SEED ?? 44)

describe('two hundred kills', function () {
  this.timeout(360_000)
  let trial: KillTrial

  before(async () => {
    trial = await KillTrial.start({ seed: SEED })
  })
  after(() => trial.dispose())

  it(`lose nothing that was acknowledged, and double nothing (seed ${SEED})`, async () => {
    await trial.kill(KILLS)
    assert.ok(
      Object.values(trial.kills).every((number) => number > 0),
      JSON.stringify(trial.kills),
    )
    await trial.restart()
    const { seen, stored } = await trial.recount()
    assert.ok(stored > KILLS, `only ${stored} of ${seen} samples are in the history`)
  })
})
